/**
 * Chats that one posts to by a URL of one's own: Slack, Mattermost, Teams, Discord. What a real server says is hostile: it
 * must neither call everybody (@everyone, <!channel>) nor hide where a link leads.
 * Sources: docs.slack.dev, "Sending messages using incoming webhooks", "Formatting message text", "Text object"; Mattermost
 * developers' "Incoming webhooks"; Microsoft Teams, "Create incoming webhooks with Workflows", Adaptive Cards 1.2
 * (RichTextBlock, TextRun); Discord, "Execute Webhook", "Allowed Mentions Object", "Message Flags".
 */
import type { Escape } from './escape.ts'
import { type Json, one, type Preset, posted } from './request.ts'
import type { WebhookView } from './view.ts'
import { fitted, utf8Bytes, wordsOf } from './words.ts'

/** Slack shows `&amp; &lt; &gt;` as & < >, and everything else that calls or links begins with <. */
const slackEscape: Escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Characters of the text of one block. */
const SLACK_TEXT = 3000

export const slack: Preset = {
  name: 'slack',
  title: 'Slack',
  url: '',
  contentType: 'application/json',
  wants: [],
  takes: [],
  combines: true,
  escape: slackEscape,
  plan(view, { url }) {
    const { title, lines, link } = wordsOf(view)
    const heading = `*${fitted([title], { limit: SLACK_TEXT - 2, escape: slackEscape })}*`
    const blocks = [heading, fitted(lines, { limit: SLACK_TEXT, escape: slackEscape })].map(slackSection)
    // In <url|text> the characters that end a link are percent-encoded; & is escaped like everywhere.
    const safe = slackEscape(link.replace(/[|<>]/g, encodeURIComponent))
    const button = link === '' ? [] : [slackSection(`<${safe}|Acknowledge>`)]
    return one(posted(url, { text: slackEscape(title), blocks: [...blocks, ...button] }))
  },
}

/** `verbatim`: names of channels and people, and addresses, are not made into links by themselves. */
const slackSection = (text: string): Json => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })

/** An @ with this behind it is followed by no name. */
const WORD_JOINER = '\u2060'

/** Markdown's characters with a backslash; the first of a line may also begin a list or a heading. */
const markdownEscape: Escape = (text) =>
  text
    .replace(/[\\`*_~|[\]#]/g, '\\$&')
    .replace(/^([-+])/, '\\$1')
    .replace(/^(\d+)([.)]) /, '$1\\$2 ')

/** Mattermost turns Slack's <!channel> and <url|text> into its own, before it looks at any backslash. */
const mattermostEscape: Escape = (text) =>
  markdownEscape(text).replaceAll('<', '‹').replaceAll('>', '›').replaceAll('@', `@${WORD_JOINER}`)

/** Characters of a post before Mattermost 5.0; later ones take 16383. */
const MATTERMOST_TEXT = 4000

export const mattermost: Preset = {
  name: 'mattermost',
  title: 'Mattermost',
  url: '',
  contentType: 'application/json',
  wants: [],
  takes: [],
  combines: true,
  escape: mattermostEscape,
  plan: (view, { url }) => one(posted(url, { text: markdown(view, mattermostEscape, MATTERMOST_TEXT) })),
}

const discordEscape: Escape = (text) => markdownEscape(text).replace(/[<>]/g, '\\$&').replaceAll('@', `@${WORD_JOINER}`)

const DISCORD_CONTENT = 2000
/** SUPPRESS_EMBEDS: no preview is fetched of an address that a real server names. */
const NO_PREVIEWS = 4

export const discord: Preset = {
  name: 'discord',
  title: 'Discord',
  url: '',
  contentType: 'application/json',
  wants: [],
  takes: [],
  combines: true,
  escape: discordEscape,
  plan(view, { url }) {
    // Without it Discord does not say whether the message was kept.
    const waiting = new URL(url)
    waiting.searchParams.set('wait', 'true')
    const content = markdown(view, discordEscape, DISCORD_CONTENT)
    const defaults = { allowed_mentions: { parse: [] }, flags: NO_PREVIEWS }
    return one(posted(waiting, { content }, { defaults }))
  },
  waits: (body) => secondsIn(body, 'retry_after'),
}

export function secondsIn(body: Json, key: string): number | null {
  const value = isObject(body) ? body[key] : undefined
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A bold title, the lines, and the link in angle brackets, which end where it does. */
function markdown(view: WebhookView, safe: Escape, limit: number): string {
  const { title, lines, link } = wordsOf(view)
  const end = link === '' ? '' : `\nAcknowledge: <${link}>`
  const heading = `**${safe(title)}**`
  return `${heading}\n${fitted(lines, { limit: limit - heading.length - end.length - 1, escape: safe })}${end}`
}

/** Bytes of the lines as JSON: a message of more than 28 KB is refused, and what is around each line takes some of it. */
const TEAMS_TEXT = 18_000
const jsonBytes = (text: string): number => utf8Bytes(JSON.stringify(text))

export const teams: Preset = {
  name: 'teams',
  title: 'Microsoft Teams',
  url: '',
  contentType: 'application/json',
  wants: [],
  takes: [],
  combines: true,
  // A TextRun knows no Markdown, and nobody is called who is not listed in msteams.entities.
  escape: (text) => text,
  plan(view, { url }) {
    const { title, lines, link } = wordsOf(view)
    const text = fitted(lines, { limit: TEAMS_TEXT, escape: (line) => line, cost: jsonBytes }).split('\n')
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.2',
      msteams: { width: 'Full' },
      body: [
        richText({ text: title, weight: 'Bolder', size: 'Medium', color: colour(view) }),
        ...text.map((line) => ({ ...richText({ text: line }), spacing: 'None' })),
      ],
      ...(link === '' ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Acknowledge', url: link }] }),
    }
    const card = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }
    return one(posted(url, { type: 'message', attachments: [card] }))
  },
}

const richText = (run: { readonly [key: string]: Json }) => ({
  type: 'RichTextBlock',
  inlines: [{ type: 'TextRun', ...run }],
})

const colour = (view: WebhookView): string =>
  view.severity === 'critical' ? 'Attention' : view.severity === 'ok' ? 'Good' : 'Accent'
