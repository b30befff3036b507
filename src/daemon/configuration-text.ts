/** What was read to make a configuration, as one text with its hash: the history says by it what was in force when. */
import { createHash } from 'node:crypto'
import { keepConfiguration } from '../edge/configurations/configurations.ts'
import type { Source } from '../parse/source.ts'

export interface ConfigurationText {
  readonly text: string
  /** SHA-256 in hex of the text, passwords included. */
  readonly hash: string
  readonly files: readonly ReadFile[]
}

export interface ReadFile {
  readonly path: string
  /** As it was understood. */
  readonly text: string
  /** It stands so in the file; false where m4 has worked on it. */
  readonly compared: boolean
}

export function textOf(sources: readonly Source[]): ConfigurationText {
  const written = sources.filter(({ text }) => text !== '')
  const text = written.map((source) => `# ${source.file}\n${source.text.replace(/\n*$/, '\n')}`).join('\n')
  const files = written.map(({ file: path, text: read, origins }) => {
    return { path, text: read, compared: origins === undefined }
  })
  return { text, hash: createHash('sha256').update(text).digest('hex'), files }
}

/** Keeps it, so that it can be looked at later; `null`, or a sentence on what went wrong. Nothing else depends on it. */
export const keepText = (statedir: string, { hash, text }: ConfigurationText): string | null =>
  keepConfiguration(statedir, hash, text)
