/** What an operator may say to the webhook alert. */
import type { OptionProperty } from '../../model/module.ts'
import { presets } from '../../wire/webhook/presets.ts'

export interface WebhookOptions {
  readonly url?: string
  readonly urlFile?: string
  readonly preset?: string
  readonly method?: string
  readonly header?: readonly string[]
  readonly body?: string
  readonly bodyFile?: string
  readonly contentType?: string
  readonly secretFile?: string
  readonly tokenFile?: string
  readonly routingKeyFile?: string
  readonly chat?: string
  readonly to?: readonly string[]
  readonly from?: string
  readonly topic?: string
  readonly priority?: string
  readonly ca?: string
  readonly allow?: readonly string[]
  readonly combine?: boolean
}

/** RFC 9110 §9.1 and §5.1; the headers that frame a message are ours. */
const METHOD = '^[A-Z]{1,20}$'
const HEADER =
  '^(?!(?:[Hh][Oo][Ss][Tt]|[Cc]ontent-[Ll]ength|[Tt]ransfer-[Ee]ncoding|[Cc]onnection|[Uu]pgrade|[Ee]xpect|[Tt][Ee]|[Tt]railer):)' +
  "[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\t\\x20-\\x7e]*$"
const HEADERS_MOST = 30
const NUMBERS_MOST = 20
const NETWORKS_MOST = 50
const LONGEST_LINE = 2000
const LONGEST_TEMPLATE = 20_000

const file = (description: string): OptionProperty => ({ type: 'string', description, minLength: 1, maxLength: 4096 })

export const webhookProperties: Readonly<Record<string, OptionProperty>> = {
  url: {
    type: 'string',
    description: 'where it goes; shown wherever this line is, so put a URL that is a secret into a file',
    pattern: '^https?://[^\\s/?#]+\\S*$',
    form: 'http:// or https:// and a host',
    maxLength: LONGEST_LINE,
  },
  urlFile: file('a file whose first line is the URL, for URLs that are a secret, as those of chats are'),
  preset: {
    type: 'string',
    description: 'whose format to use, instead of a body of your own',
    enum: [...presets.keys()],
  },
  method: { type: 'string', description: 'the HTTP method, POST otherwise', pattern: METHOD, form: 'POST, PUT, GET …' },
  header: {
    type: 'array',
    description: 'a further header; a key belongs into a token file, since this is shown',
    items: {
      type: 'string',
      pattern: HEADER,
      form: '"Name: value", not one that frames a message',
      maxLength: LONGEST_LINE,
    },
    maxItems: HEADERS_MOST,
  },
  body: {
    type: 'string',
    description: 'the body, as a Handlebars template; values are escaped as the content type wants it',
    minLength: 1,
    maxLength: LONGEST_TEMPLATE,
  },
  bodyFile: file('a file with the body as a Handlebars template'),
  contentType: {
    type: 'string',
    description: 'what the body is, application/json otherwise',
    pattern: '^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(; ?[A-Za-z-]+=[A-Za-z0-9._-]+)*$',
    form: 'a media type, such as text/plain',
    maxLength: 200,
  },
  secretFile: file('a file whose first line is the secret that each request is signed with'),
  tokenFile: file("a file whose first line is the receiver's token or key; sent as a Bearer token without a preset"),
  routingKeyFile: file("a file whose first line is PagerDuty's routing key"),
  chat: {
    type: 'string',
    description: "Telegram's chat: its number, or the @name of a public channel",
    pattern: '^(-?\\d{1,20}|@[A-Za-z0-9_]{4,32})$',
    form: 'a number, or @name',
  },
  to: {
    type: 'array',
    description: 'the numbers that Twilio sends to',
    items: { type: 'string', pattern: '^(whatsapp:)?\\+[1-9]\\d{4,14}$', form: 'a number as +491705550100' },
    minItems: 1,
    maxItems: NUMBERS_MOST,
  },
  from: {
    type: 'string',
    description: "the number, name or messaging service that Twilio's messages come from",
    pattern: '^((whatsapp:)?\\+[1-9]\\d{4,14}|\\d{3,6}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{1,11})$',
    form: 'a number as +491705550100, a name of at most 11 letters, or MG and 32 hex digits',
  },
  topic: {
    type: 'string',
    description: "ntfy's topic; who knows it can read it, so a topic that nobody may guess belongs into the URL file",
    pattern: '^[-_A-Za-z0-9]{1,64}$',
    form: 'letters, digits, - and _',
  },
  priority: {
    type: 'string',
    description: "Opsgenie's priority P1 (highest) to P5, or ntfy's 1 (lowest) to 5",
    pattern: '^P?[1-5]$',
    form: 'P1 to P5, or 1 to 5',
  },
  ca: file('a PEM file with certificates of authorities to trust besides the usual ones'),
  allow: {
    type: 'array',
    description: 'a private network that this webhook may reach, besides those of webhook_allow',
    items: { type: 'string', pattern: '^[0-9A-Fa-f.:]+(/\\d{1,3})?$', form: 'a network, such as 10.0.0.0/8' },
    maxItems: NETWORKS_MOST,
  },
  combine: {
    type: 'boolean',
    description: 'several messages may go as one, in the list "members"; presets of chats do so anyhow',
  },
}
