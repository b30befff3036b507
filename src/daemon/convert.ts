/**
 * `upalert convert FILE`: reads a configuration as the daemon would, writes it in the other format with its comments where
 * they belong, reads that again, and tells what does not come back: a converted file is not believed but compared.
 */
import { closeSync, mkdtempSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ConvertDoors, Converted } from '../cli/convert-command.ts'
import { replaceWhole } from '../edge/files/whole-file.ts'
import type { Model, Settings } from '../model/model.ts'
import type { Loss } from '../parse/director/part.ts'
import { parseMon } from '../parse/mon.ts'
import { formatProblems, type Problem } from '../parse/problem.ts'
import { type Format, formatOf } from '../parse/recognise.ts'
import { settingsOf } from '../parse/resolve.ts'
import { decode, LARGEST_FILE } from '../parse/source.ts'
import { visible } from '../parse/text/visible.ts'
import { type Remarked, withComments } from '../write/comments.ts'
import { type Differences, differencesOf } from '../write/differences.ts'
import { findingLine } from '../write/from-kernel/finding.ts'
import { keepalivedText } from '../write/keepalived/keepalived-text.ts'
import { meaningOf } from '../write/meaning.ts'
import { withVirtuals } from '../write/mon/lvs-alerts.ts'
import { monText } from '../write/mon/mon-text.ts'
import { textOf, type Written } from '../write/written.ts'
import { type Configuration, loadConfiguration } from './configuration.ts'
import { configurationBytes } from './configuration-bytes.ts'
import { fromKernel } from './from-kernel.ts'
import { m4For } from './m4.ts'
import { directoriesOf } from './paths.ts'
import { absolute } from './settings-files.ts'

interface ConvertOptions {
  readonly to: 'mon' | 'keepalived'
  readonly configId?: string
}

/** Exit statuses of `upalert convert`. */
const SAME = 0
const NOT_ALL = 1
const WRONG = 2

export const convertDoors: ConvertDoors = {
  convert,
  write: writeNew,
  async fromKernel(options) {
    const { text, findings, exit } = await fromKernel(options)
    return { text, told: findings.map(findingLine), exit }
  },
}

export async function convert(file: string, options: ConvertOptions): Promise<Converted> {
  const path = resolve(file)
  if (m4For(path, undefined) !== null) {
    const told = `${file} goes through m4: convert what it makes of it, m4 ${file} > mon.cf and upalert convert mon.cf`
    return { text: null, told: [told], exit: WRONG }
  }
  const { configId } = options
  const configuration = await loadConfiguration(path, configId === undefined ? {} : { configId })
  const { model, problems } = configuration
  if (model === null) return { text: null, told: [formatProblems(errorsIn(problems))], exit: WRONG }
  const bytes = bytesOf(path)
  const format = configuration.format ?? 'mon'
  const told = includedIn(configuration)
  const asleep = configuration.parts.some(({ dormant }) => dormant.length > 0)
  if (model.virtuals.length === 0 && format !== 'mon' && !asleep) {
    return { text: null, told: [...told, `${file} has no virtual server: there is nothing to convert`], exit: NOT_ALL }
  }
  if (format === 'mon' && options.to === 'mon') return asItIs(path, textOfBytes(path, bytes), model, told)
  return written(path, format, { model, configuration, to: options.to, told })
}

const errorsIn = (problems: readonly Problem[]) => problems.filter(({ severity }) => severity === 'error')

/** What a configuration takes in becomes a part of what is written, or stays beside it. */
function includedIn({ file, model, parts }: Configuration): string[] {
  const named = model?.settings.keepalived.map(({ path }) => path) ?? []
  const beside = named.map((path) => `note: ${visible(path)} is loaded beside it: convert that file by itself`)
  const sources = new Set(parts.flatMap((part) => part.file.sources.map((source) => source.file)))
  sources.delete(file)
  if (named.length > 0 || sources.size === 0) return beside
  const files = [...sources].map(visible).join(', ')
  return [`note: it includes other files, which are a part of what is written: ${files}`]
}

/** They were just read; a file that went away meanwhile is empty. */
function bytesOf(path: string): Buffer {
  const read = configurationBytes(path)
  return read.kind === 'bytes' ? Buffer.from(read.bytes) : Buffer.alloc(0)
}

/** To the byte where it is UTF-8; comments in Latin-1 become what they mean. */
function textOfBytes(file: string, bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : decode(file, bytes).source.text
}

/** A mon.cf stays as it is, but for what lvs.alert did in it. */
async function asItIs(path: string, text: string, model: Model, told: readonly string[]): Promise<Converted> {
  const found = withVirtuals(text, path, model)
  const virtuals = found.virtuals + model.virtuals.length
  const reals = found.reals + countReals(model)
  if (found.text === null) return { text, told: [...told, countText(virtuals, reals, 0)], exit: SAME }
  const again = await readAgain(found.text)
  const wrong = again.model === null ? refusedBy(again) : []
  const findings = found.losses.length + wrong.length
  const lines = [...told, ...found.losses.map(lossLine), ...wrong, countText(virtuals, reals, findings)]
  return { text: found.text, told: lines, exit: findings === 0 ? SAME : NOT_ALL }
}

interface Subject {
  readonly model: Model
  readonly configuration: Configuration
  readonly to: ConvertOptions['to']
  readonly told: readonly string[]
}

async function written(path: string, format: Format, subject: Subject): Promise<Converted> {
  const { model, configuration, to, told } = subject
  const made = textIn(path, format, subject)
  const lost = [...configuration.parts.flatMap(({ losses }) => losses), ...made.losses].sort(inFile)
  const trailing = to === 'keepalived'
  const lines = withComments(made.lines, remarkedIn(path, format, configuration), placed(lost), { trailing })
  const text = textOf({ lines })
  if (model.virtuals.length === 0) {
    const off =
      'none of its virtual servers is switched on: they are comments in what is written, and nothing runs on it'
    return { text, told: [...told, ...lost.map(lossLine), off], exit: NOT_ALL }
  }
  const again = await readAgain(text)
  if (again.model === null && lacksOnlyPrograms(again)) {
    const findings = lost.length
    const notHere =
      'note: programs that it calls are not on this machine, so what is written could not be compared with what was read'
    const counts = countText(model.virtuals.length, countReals(model), findings)
    return { text, told: [...told, ...lost.map(lossLine), notHere, counts], exit: lost.length === 0 ? SAME : NOT_ALL }
  }
  const wrong = again.model === null ? refusedBy(again) : differingIn(again.model, made.losses, { model, to })
  const findings = lost.length + wrong.length
  const counts = countText(model.virtuals.length, countReals(model), findings)
  return {
    text,
    told: [...told, ...lost.map(lossLine), ...wrong, counts],
    exit: wrong.length === 0 ? SAME : NOT_ALL,
  }
}

/** Whether the file is a mon.cf or another's, the settings of an empty mon.cf are what is not worth a word. */
function textIn(path: string, format: Format, { model, configuration, to }: Subject): Written {
  const { monitors, alerts, parts } = configuration
  const dormant = parts.flatMap((part) => part.dormant)
  if (to === 'mon') return monText(model, { modules: { monitors, alerts }, base: emptySettings(path), dormant })
  const { database } = model.settings
  // That there is no database beside another tool's file nobody has written.
  const base = format === 'mon' ? emptySettings(path) : { ...emptySettings(path), database }
  return keepalivedText(model, { file: path, base, dormant })
}

function emptySettings(file: string): Settings {
  const settings = settingsOf(parseMon({ file, text: '' }), { environment: process.env, hostname: hostname() })
  return absolute(settings, directoriesOf(settings, file))
}

/** Where something is lost in the other format, what comes back cannot be the same. */
function differingIn(again: Model, losses: readonly Loss[], { model, to }: Pick<Subject, 'model' | 'to'>): string[] {
  if (losses.length > 0) return ['what is written does not mean the same: the findings above say in what']
  const { told, omitted } = differences(model, again, to)
  const more = omitted > 0 ? [`error: and ${omitted} more`] : []
  return [
    ...told.map((one) => `error: this is not the same in what is written, which is a mistake in upalert: ${one}`),
    ...more,
  ]
}

/** What a keepalived.conf can say; the rest was told as lost. */
function differences(before: Model, after: Model, to: ConvertOptions['to']): Differences {
  if (to === 'mon') return differencesOf(meaningOf(before), meaningOf(after))
  return differencesOf(pools(before), pools(after))
}

function pools(model: Model): unknown {
  const whole = meaningOf(model, { named: false })
  return typeof whole === 'object' && whole !== null && 'virtuals' in whole ? { virtuals: whole.virtuals } : whole
}

function remarkedIn(path: string, format: Format, { parts }: Configuration): readonly Remarked[] {
  const own = format === 'mon' ? [{ file: path, text: textOfBytes(path, bytesOf(path)), format }] : []
  const others = parts.flatMap(({ file: { source, sources } }) => {
    const of = formatOf(source.text)
    return sources.map(({ file, text }) => ({ file, text, format: of }))
  })
  // A file that is included several times has its comments once.
  return [...new Map([...own, ...others].map((one) => [one.file, one])).values()]
}

/** What has no place stands nowhere in the text; it is told. */
const placed = (losses: readonly Loss[]) => losses.filter(({ place }) => place.file !== '' && place.line > 0)

const inFile = (a: Loss, b: Loss): number =>
  a.place.file < b.place.file ? -1 : a.place.file > b.place.file ? 1 : a.place.line - b.place.line

function lossLine({ place, text, why }: Loss): string {
  const where = place.file === '' ? '' : `${visible(place.file)}:${place.line}:${place.column}: `
  return `${where}${visible(text)}: ${visible(why)}`
}

/** Who converts on a desk has not installed what the director has. */
const lacksOnlyPrograms = ({ problems }: Configuration) =>
  errorsIn(problems).every(({ code }) => code === 'script-missing')

const TOO_LARGE = new Set(['file-too-large', 'too-many-lines'])

function refusedBy({ problems }: Configuration): string[] {
  if (problems.some(({ code }) => TOO_LARGE.has(code))) {
    return [
      `error: what is written is larger than upalert reads, ${LARGEST_FILE} bytes or 500,000 lines: run it as it is, or split it first`,
    ]
  }
  return [
    `error: what is written is refused when it is read again, which is a mistake in upalert:\n${formatProblems(errorsIn(problems))}`,
  ]
}

const countReals = ({ virtuals }: Model): number => virtuals.reduce((sum, { reals }) => sum + reals.length, 0)

function countText(virtuals: number, reals: number, findings: number): string {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
  return `${counted(virtuals, 'virtual server')}, ${counted(reals, 'real server')}, ${counted(findings, 'finding')}`
}

/** As a daemon would read it from a file, which is for this user alone and goes at once. */
async function readAgain(text: string): Promise<Configuration> {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-'))
  try {
    const file = join(folder, 'converted.cf')
    writeFileSync(file, text, { mode: 0o600 })
    return await loadConfiguration(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What may be a password, or the name of a file that holds one. */
const SECRET = /pass|secret|token|credential|community|:\/\/[^\s/@]*:[^\s/@]*@/i
const OPEN_TO_ALL = 0o644
const OWNER_ALONE = 0o600

function writeNew(named: string, text: string, { force }: { readonly force: boolean }): string | null {
  const mode = SECRET.test(text) ? OWNER_ALONE : OPEN_TO_ALL
  const path = behindLinks(named)
  if (force) {
    const fault = replaceWhole(path, text, mode)
    return fault === null ? null : `${named} cannot be written: ${fault}`
  }
  let fd = -1
  try {
    fd = openSync(path, 'wx', mode)
    writeFileSync(fd, text)
    return null
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'EEXIST') return `${named} is there already: name another file, or overwrite it with --force`
    // Half a configuration is worse than none.
    if (fd >= 0) rmSync(path, { force: true })
    return `${named} cannot be written: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    if (fd >= 0) closeSync(fd)
  }
}

/** The file that a link leads to is replaced, and not the link. */
function behindLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
