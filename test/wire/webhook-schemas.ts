/**
 * What each receiver takes, as its documentation says it, in JSON Schema: required fields, limits and known values.
 * Sources: Slack "Text object" and "Section block"; Mattermost "Incoming webhooks"; Adaptive Cards schema 1.2 and Microsoft
 * Teams' message with attachments; Discord's OpenAPI, IncomingWebhookRequestPartial; Telegram Bot API sendMessage; ntfy
 * "Publish as JSON"; PagerDuty Events API v2; Opsgenie's OpenAPI, CreateAlertPayload; Twilio Messages resource.
 */
interface Schema {
  readonly [keyword: string]: unknown
}

const text = (maxLength: number, minLength = 1): Schema => ({ type: 'string', minLength, maxLength })
const object = (properties: Schema, required: readonly string[] = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const list = (items: Schema, maxItems: number): Schema => ({ type: 'array', items, maxItems, minItems: 1 })
const is = (value: unknown): Schema => ({ const: value })

const textRun = object(
  {
    ...{ type: is('TextRun'), text: text(8000), weight: is('Bolder'), size: is('Medium') },
    color: { enum: ['Attention', 'Good', 'Accent'] },
  },
  ['type', 'text'],
)
const card = object(
  {
    $schema: is('http://adaptivecards.io/schemas/adaptive-card.json'),
    ...{ type: is('AdaptiveCard'), version: is('1.2'), msteams: object({ width: is('Full') }) },
    body: list(
      object({ type: is('RichTextBlock'), inlines: list(textRun, 1), spacing: is('None') }, ['type', 'inlines']),
      1000,
    ),
    actions: list(object({ type: is('Action.OpenUrl'), title: text(100), url: text(2000) }), 1),
  },
  ['type', 'version', 'body'],
)

const strings: Schema = { type: 'object', additionalProperties: { type: 'string' } }

/** 4 KB of UTF-8 is checked by the code's own measure; a character is at least one byte. */
export const bodySchemas: Readonly<Record<string, Schema>> = {
  slack: object({
    text: text(40_000),
    blocks: list(
      object({ type: is('section'), text: object({ type: is('mrkdwn'), text: text(3000), verbatim: is(true) }) }),
      50,
    ),
  }),
  mattermost: object({ text: text(16_383) }),
  teams: object({
    type: is('message'),
    attachments: list(
      object({
        contentType: is('application/vnd.microsoft.card.adaptive'),
        contentUrl: is(null),
        content: card,
      }),
      1,
    ),
  }),
  discord: object({
    content: text(2000),
    allowed_mentions: object({ parse: { type: 'array', maxItems: 0 } }),
    flags: is(4),
  }),
  telegram: object({
    chat_id: { type: 'string', pattern: '^(-?\\d+|@\\w+)$' },
    text: text(4096),
    link_preview_options: object({ is_disabled: is(true) }),
    disable_notification: { type: 'boolean' },
  }),
  ntfy: object(
    {
      topic: { type: 'string', pattern: '^[-_A-Za-z0-9]{1,64}$' },
      title: text(250),
      message: text(4096),
      tags: list(text(50), 5),
      priority: { type: 'integer', minimum: 1, maximum: 5 },
      actions: list(object({ action: is('view'), label: text(100), url: text(2000) }), 3),
    },
    ['topic', 'title', 'message', 'tags', 'priority'],
  ),
  pagerduty: object(
    {
      routing_key: text(32, 32),
      event_action: { enum: ['trigger', 'acknowledge', 'resolve'] },
      dedup_key: text(255),
      client: text(255),
      links: list(object({ href: text(2000), text: text(100) }), 10),
      payload: object({
        summary: text(1024),
        source: text(255),
        severity: { enum: ['critical', 'error', 'warning', 'info'] },
        timestamp: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$' },
        ...{ component: text(255, 0), group: text(255, 0), class: text(255) },
        custom_details: { type: 'object' },
      }),
    },
    ['routing_key', 'event_action', 'dedup_key'],
  ),
  opsgenie: {
    anyOf: [
      object({
        message: text(130),
        alias: text(512),
        description: text(15_000),
        entity: text(512),
        source: text(100),
        priority: { enum: ['P1', 'P2', 'P3', 'P4', 'P5'] },
        tags: { type: 'array', items: text(50), maxItems: 20 },
        details: strings,
      }),
      object({ source: text(100), note: text(25_000) }),
      object({ source: text(100), note: text(25_000), alias: text(512) }),
    ],
  },
  twilio: object({ Body: text(1600), To: { type: 'string', pattern: '^\\+\\d+$' }, From: text(40) }),
}
