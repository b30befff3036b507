/**
 * An operator's templates of mails: files of a directory that take the place of the built-in ones. A file that is not there
 * leaves the built-in one in its place; one that cannot be read does so too, and is told of.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  BUILT_IN,
  type MailTemplates,
  partProblem,
  TEMPLATE_FILES,
  TEMPLATE_PARTS,
  type TemplatePart,
} from '../../wire/mail/mail-parts.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import { sampleViews } from '../../wire/mail/sample-views.ts'
import { TEMPLATE_LIMIT } from '../../wire/mail/template.ts'

/** An empty name means that there are none. */
export async function readTemplates(directory: string): Promise<MailTemplates> {
  if (directory === '') return BUILT_IN
  const readings = await Promise.all(TEMPLATE_PARTS.map((part) => readPart(directory, part)))
  const isThere = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return gathered(directory, readings, isThere)
}

/** The same for what is asked at once, such as a check of a configuration. */
export function readTemplatesNow(directory: string): MailTemplates {
  if (directory === '') return BUILT_IN
  const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false
  return gathered(
    directory,
    TEMPLATE_PARTS.map((part) => readPartNow(directory, part)),
    isThere,
  )
}

/** What is wrong with the templates of a directory, in sentences. */
export function templateFaults(directory: string): string[] {
  const templates = readTemplatesNow(directory)
  const mistakes = TEMPLATE_PARTS.flatMap((part) => {
    const text = templates[part]
    const problem = text === null ? '' : partProblem(part, text, sampleViews)
    return problem === '' ? [] : [`${problem}, in ${oneLine(directory, 200)}; mails go in the built-in words`]
  })
  return [...templates.problems, ...mistakes, ...strangers(directory)]
}

type PartReading =
  | { readonly part: TemplatePart; readonly kind: 'text'; readonly text: string }
  | { readonly part: TemplatePart; readonly kind: 'none' }
  | { readonly part: TemplatePart; readonly kind: 'unreadable'; readonly why: string }

async function readPart(directory: string, part: TemplatePart): Promise<PartReading> {
  try {
    return read(part, await readFile(join(directory, TEMPLATE_FILES[part])))
  } catch (error) {
    return unread(part, error)
  }
}

function readPartNow(directory: string, part: TemplatePart): PartReading {
  try {
    return read(part, readFileSync(join(directory, TEMPLATE_FILES[part])))
  } catch (error) {
    return unread(part, error)
  }
}

function read(part: TemplatePart, bytes: Buffer): PartReading {
  if (bytes.length > TEMPLATE_LIMIT * 4) return { part, kind: 'unreadable', why: 'it is too long for a template' }
  const text = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .replace(/\r\n/g, '\n')
  if (text.includes('\ufffd')) return { part, kind: 'unreadable', why: 'it is not written in UTF-8' }
  // Only for the HTML does an empty file mean something: that there shall be none.
  if (part !== 'html' && text.trim() === '') return { part, kind: 'unreadable', why: 'it is empty' }
  return { part, kind: 'text', text }
}

function unread(part: TemplatePart, error: unknown): PartReading {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? { part, kind: 'none' }
    : { part, kind: 'unreadable', why: `it cannot be read: ${code}` }
}

/** A directory may hold the templates of other ways of telling only. */
function gathered(directory: string, readings: readonly PartReading[], isThere: boolean): MailTemplates {
  const where = oneLine(directory, 200)
  const text = (part: TemplatePart): string | null => {
    const found = readings.find((reading) => reading.part === part)
    return found?.kind === 'text' ? found.text : null
  }
  const problems = readings.flatMap((reading) =>
    reading.kind === 'unreadable' ? [`the template ${TEMPLATE_FILES[reading.part]} in ${where}: ${reading.why}`] : [],
  )
  return {
    subject: text('subject'),
    text: text('text'),
    html: text('html'),
    problems: isThere ? problems : [`the directory of templates ${where} is not there or cannot be looked into`],
  }
}

/** Files that look like one of ours under a name that nobody reads. */
function strangers(directory: string): string[] {
  try {
    const known: readonly string[] = Object.values(TEMPLATE_FILES)
    return readdirSync(directory)
      .filter((name) => /^mail\..*\.hbs$/.test(name) && !known.includes(name))
      .map((name) => `${oneLine(name, 100)} is read by nobody; the templates of a mail are ${known.join(', ')}`)
  } catch {
    return []
  }
}
