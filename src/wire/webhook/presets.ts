/** The table: `--preset NAME` -> what its receiver is sent. */
import { discord, mattermost, slack, teams } from './chats.ts'
import { opsgenie, pagerduty } from './incidents.ts'
import { ntfy, telegram, twilio } from './phones.ts'
import type { Preset } from './request.ts'

export const presets: ReadonlyMap<string, Preset> = new Map(
  [slack, mattermost, teams, discord, telegram, ntfy, pagerduty, opsgenie, twilio].map((preset): [string, Preset] => [
    preset.name,
    preset,
  ]),
)
