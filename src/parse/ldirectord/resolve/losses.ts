/** What a file says that has no place in a Model, each once and with the reason. docs/ldirectord.md has the same list. */
import type { LdirectordFile } from '../file.ts'
import { placeOfWord, type Setting, type Word } from '../words.ts'
import type { Around } from './around.ts'

export function addLoss({ keyword, at }: Setting<unknown>, why: string, { losses }: Around): void {
  const key = `${keyword.from} ${why}`
  if (!losses.has(key)) losses.set(key, { place: placeOfWord(keyword), text: textOf(keyword, at), why })
}

const textOf = (keyword: Word, at: Word): string => {
  const written = at.source.text.slice(at.from, at.to)
  return written === '' ? keyword.text : `${keyword.text} = ${written}`
}

/** Of the directives of the whole file. */
export function globalLosses({ globals, executes }: LdirectordFile, around: Around): void {
  const { logfile, supervised, fork, readdquiescent } = globals
  if (logfile !== undefined)
    addLoss(logfile, 'upalert logs to its standard output and its journal; set the log of its service', around)
  if (supervised !== undefined)
    addLoss(supervised, 'upalert always stays in the foreground, and is started by its service manager', around)
  if (fork?.value === true) addLoss(fork, 'upalert is one process, and checks everything at the same time', around)
  if (readdquiescent?.value === false) {
    addLoss(readdquiescent, 'a quiescent server that somebody took out of the table is put back with weight 0', around)
  }
  for (const one of executes) addLoss(one, 'no second daemon is started; upalert reads that file as well', around)
}
