/**
 * The options of a webhook with everything in it that files hold: URL, keys, template, certificates. Read anew for each
 * attempt. What is wrong is a sentence; what is secret is listed, so that no text ever has it.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Network, parseNetwork } from '../../wire/webhook/network.ts'
import { base64 } from '../../wire/webhook/phones.ts'
import { presets } from '../../wire/webhook/presets.ts'
import type { Preset, PresetOption, PresetSettings } from '../../wire/webhook/request.ts'
import { shownUrl, urlSecrets } from '../../wire/webhook/secrets.ts'
import type { WebhookOptions } from './options.ts'
import { type FileText, readSecret, readText } from './secret-file.ts'

export interface Prepared {
  readonly kind: 'prepared'
  readonly preset: Preset | null
  readonly settings: PresetSettings
  /** `null`: the built-in body. */
  readonly template: string | null
  /** Why there is none although one is named; empty if none is missing. It costs no message. */
  readonly templateFault: string
  /** What each request is signed with; empty: none is. */
  readonly secret: string
  readonly ca: string | null
  readonly allowed: readonly Network[]
  /** Never to be shown. */
  readonly secrets: readonly string[]
  /** The URL without what nobody may see. */
  readonly shown: string
}

export type Preparation = Prepared | { readonly kind: 'wrong'; readonly faults: readonly string[] }

/** What the configuration says for all webhooks. */
export interface Common {
  readonly templates?: string
  readonly webhookAllow?: readonly string[]
}

export function prepare(options: WebhookOptions, common: Common): Preparation {
  const faults: string[] = [...misfits(options)]
  const take = (read: FileText | null): string => {
    if (read === null) return ''
    if (read.kind === 'unreadable') faults.push(read.text)
    return read.kind === 'text' ? read.text : ''
  }
  const secretOf = (what: string, path?: string) => take(path === undefined ? null : readSecret(what, path))
  const textOf = (what: string, path?: string) => take(path === undefined ? null : readText(what, path))

  const preset = presets.get(options.preset ?? '') ?? null
  const written = secretOf('the URL file', options.urlFile) || (options.url ?? '') || (preset?.url ?? '')
  const url = urlOf(written)
  if (url === null && faults.length === 0) faults.push(urlFault(options))
  const token = secretOf('the token file', options.tokenFile)
  const routingKey = secretOf('the routing key file', options.routingKeyFile)
  const secret = secretOf('the secret file', options.secretFile)
  const ca = textOf('the file of authorities', options.ca)
  const template = templateOf(options, sharedTemplate(preset, common.templates))
  const networks = [...(options.allow ?? []), ...(common.webhookAllow ?? [])].map((text) => ({
    text,
    network: parseNetwork(text),
  }))
  for (const { text, network } of networks) if (network === null) faults.push(`"${text}" is no network`)
  if (url === null || faults.length > 0) return { kind: 'wrong', faults }

  const { chat = '', to = [], from = '', topic = '', priority = '' } = options
  const settings = { url, token, routingKey, chat, to, from, topic, priority }
  const fault = preset?.fault?.(settings) ?? null
  if (fault !== null) return { kind: 'wrong', faults: [fault] }
  return {
    kind: 'prepared',
    ...{ preset, settings, secret, ...template, ca: ca === '' ? null : ca },
    allowed: networks.flatMap(({ network }) => (network === null ? [] : [network])),
    secrets: [...urlSecrets(url), token, token.slice(token.indexOf(':') + 1), base64(token), routingKey, secret],
    shown: shownUrl(url),
  }
}

function templateOf({ body, bodyFile }: WebhookOptions, shared?: string): Pick<Prepared, 'template' | 'templateFault'> {
  const path = bodyFile ?? shared
  if (body !== undefined) return { template: body, templateFault: '' }
  if (path === undefined) return { template: null, templateFault: '' }
  const read = readText('the body file', path)
  if (read.kind === 'unreadable') return { template: null, templateFault: read.text }
  if (read.text.trim() === '') return { template: null, templateFault: `the body file ${path} is empty` }
  return { template: read.text, templateFault: '' }
}

/** Options that do not go together, or are missing; sentences. */
function misfits(options: WebhookOptions): readonly string[] {
  const preset = presets.get(options.preset ?? '')
  const both = (a: string, b: string) => `--${a} and --${b} say the same, so give one of them`
  const faults = [
    options.url !== undefined && options.urlFile !== undefined ? both('url', 'url-file') : '',
    options.body !== undefined && options.bodyFile !== undefined ? both('body', 'body-file') : '',
  ]
  const given = PRESET_OPTIONS.filter((option) => options[option] !== undefined)
  if (preset === undefined) {
    const lost = given.filter((option) => option !== 'tokenFile')
    return [...faults, ...lost.map((option) => `${flagOf(option)} is for presets only`)].filter((fault) => fault !== '')
  }
  const { wants, takes, title } = preset
  const fixed = (['method', 'contentType'] as const).filter((option) => options[option] !== undefined)
  return [
    ...faults,
    ...wants.filter((option) => !given.includes(option)).map((option) => `${title} needs ${flagOf(option)}`),
    ...given
      .filter((option) => !wants.includes(option) && !takes.includes(option))
      .map((option) => `${title} has no use for ${flagOf(option)}`),
    ...fixed.map((option) => `${flagOf(option)} is what the preset of ${title} says itself`),
  ].filter((fault) => fault !== '')
}

const PRESET_OPTIONS: readonly PresetOption[] = [
  'tokenFile',
  'routingKeyFile',
  'chat',
  'to',
  'from',
  'topic',
  'priority',
]

/** `tokenFile` -> `--token-file`. */
const flagOf = (option: string): string => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

function urlOf(written: string): URL | null {
  if (!URL.canParse(written)) return null
  const url = new URL(written)
  url.hash = ''
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
}

function urlFault({ url, urlFile }: WebhookOptions): string {
  if (urlFile !== undefined) return `the URL file ${urlFile} does not hold a URL with http:// or https://`
  return url === undefined
    ? 'no URL is given: --url-file FILE, or --url URL'
    : 'the URL is none with http:// or https://'
}

/** The directory of templates may hold `webhook.slack.hbs`, or `webhook.hbs` for webhooks without a preset. */
export function sharedTemplate(preset: Preset | null, directory?: string): string | undefined {
  if (directory === undefined || directory === '') return undefined
  const path = join(directory, templateName(preset))
  return existsSync(path) ? path : undefined
}

export const templateName = (preset: Preset | null): string =>
  preset === null ? 'webhook.hbs' : `webhook.${preset.name}.hbs`
