/**
 * `notify_fifo = /run/lvs.fifo user root group adm reader_user nobody reader /usr/local/bin/handler`: a named pipe that tells
 * every change, and who reads it. Source: keepalived.conf(5), "notify_fifo", "notify_fifo_script".
 */
import type { FifoSetting } from '../../model/table-settings.ts'
import type { Statement } from '../mon/file.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { splitWords } from '../text/words.ts'

const TRAITS = ['user', 'group', 'reader_user', 'reader_group'] as const
type Trait = (typeof TRAITS)[number]

export function readFifos(globals: readonly Statement[], report: Report): readonly FifoSetting[] {
  const found = new Map<string, FifoSetting>()
  for (const { keyword, value } of globals) {
    if (keyword.text !== 'notify_fifo' || value.text === '') continue
    const fifo = readFifo(value, report)
    if (fifo === null) continue
    if (found.has(fifo.path)) {
      report.error('notify-fifo', spanOf(value), `${quoted(fifo.path)} is set already`, 'keep one of the two lines')
    } else found.set(fifo.path, fifo)
  }
  return [...found.values()]
}

/** The words of a command, which no shell reads. */
export function commandIn(value: Slice, report: Report): readonly string[] {
  const split = splitWords(value)
  if (split.kind === 'words') return split.words.map(({ text }) => text)
  const message = 'what is opened here is never closed'
  report.error(
    'quote',
    spanOf(split.quote),
    message,
    'close the quotation, or write a backslash before the sign itself',
  )
  return []
}

function readFifo(value: Slice, report: Report): FifoSetting | null {
  const split = splitWords(value)
  if (split.kind === 'unbalanced') {
    commandIn(value, report)
    return null
  }
  const [path, ...words] = split.words
  if (path === undefined || path.text === '') return complain(value, '"notify_fifo" names no path', report)
  const at = words.findIndex(({ text }, i) => text === 'reader' && i % 2 === 0)
  const traits = readTraits(at < 0 ? words : words.slice(0, at), report)
  if (traits === null) return null
  const command = at < 0 ? [] : words.slice(at + 1).map(({ text }) => text)
  const lone = words[at]
  if (lone !== undefined && command.length === 0) return complain(lone, 'no program stands behind "reader"', report)
  const { user, group, reader_user, reader_group } = traits
  const stray = reader_user ?? reader_group
  if (stray !== undefined && at < 0) return complain(value, 'nobody reads this pipe: "reader" is missing', report)
  return {
    path: path.text,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    reader:
      at < 0
        ? null
        : {
            command,
            ...(reader_user === undefined ? {} : { user: reader_user }),
            ...(reader_group === undefined ? {} : { group: reader_group }),
          },
  }
}

function readTraits(words: readonly Slice[], report: Report): { readonly [name in Trait]?: string } | null {
  const given: { [name in Trait]?: string } = {}
  for (let i = 0; i < words.length; i += 2) {
    const [word, next] = [words[i], words[i + 1]]
    const trait = TRAITS.find((known) => known === word?.text)
    if (word === undefined) break
    if (trait === undefined) return complain(word, `${quoted(word.text)} is not understood here`, report)
    if (next === undefined) return complain(word, `${quoted(word.text)} needs a name behind it`, report)
    if (given[trait] !== undefined) return complain(word, `${quoted(word.text)} is given twice`, report)
    given[trait] = next.text
  }
  return given
}

const FORM =
  'notify_fifo = PATH [user NAME] [group NAME] [reader_user NAME] [reader_group NAME] [reader PROGRAM WORDS …]'

function complain(word: Slice, message: string, report: Report): null {
  report.error('notify-fifo', spanOf(word), message, `write ${FORM}`)
  return null
}
