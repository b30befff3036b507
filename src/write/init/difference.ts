/**
 * What is different between two texts, line by line, for a person to read: lines that go (-), lines that come (+), and a
 * few around them. What is alike at both ends is set aside first, so that a small change in a large file costs little.
 */
import { visible } from '../../parse/text/visible.ts'

/** Lines on each side that are compared each with each; of more, the former ones go and the new ones come. */
const COMPARED = 2000
/** Lines that are shown; nobody reads more on a terminal. */
const SHOWN = 80
const AROUND = 2

interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

export function differenceOf(before: string, after: string): readonly string[] {
  const marked = compared(before.split('\n'), after.split('\n'))
  const near = nearChanges(marked)
  const lines: string[] = []
  marked.forEach(({ sign, text }, i) => {
    if (near[i] === true) lines.push(`${sign} ${visible(withoutPasswords(text))}`)
    else if (near[i - 1] === true) lines.push('  …')
  })
  const more = lines.length - SHOWN
  return more > 0 ? [...lines.slice(0, SHOWN), `  … and ${more} more lines`] : lines
}

/** Differences end up in logs and chats. */
const withoutPasswords = (text: string): string =>
  text
    .replace(/(:\/\/[^\s:/@]*:)[^\s/@]+(?=@)/g, '$1***')
    .replace(/((?:^|\s)-{1,2}(?:password|secret|pass)[=\s]\s*)("[^"]*"|'[^']*'|\S+)/gi, '$1***')

function compared(before: readonly string[], after: readonly string[]): readonly Line[] {
  let front = 0
  while (front < before.length && front < after.length && before[front] === after[front]) front += 1
  let back = 0
  const most = Math.min(before.length, after.length) - front
  while (back < most && before.at(-1 - back) === after.at(-1 - back)) back += 1
  const [old, fresh] = [before.slice(front, before.length - back), after.slice(front, after.length - back)]
  const same = (lines: readonly string[]) => lines.map((text): Line => ({ sign: ' ', text }))
  const tail = back === 0 ? [] : before.slice(-back)
  return [...same(before.slice(0, front)), ...middle(old, fresh), ...same(tail)]
}

/** The longest common subsequence, by the table of its lengths from every pair of places to the end. */
function middle(old: readonly string[], fresh: readonly string[]): readonly Line[] {
  if (old.length > COMPARED || fresh.length > COMPARED) return [...signed('-', old), ...signed('+', fresh)]
  const width = fresh.length + 1
  const lengths = new Uint16Array((old.length + 1) * width)
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      lengths[i * width + j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < old.length && j < fresh.length) {
    if (old[i] === fresh[j]) {
      lines.push({ sign: ' ', text: old[i] ?? '' })
      i += 1
      j += 1
    } else if (at(i + 1, j) >= at(i, j + 1)) lines.push({ sign: '-', text: old[i++] ?? '' })
    else lines.push({ sign: '+', text: fresh[j++] ?? '' })
  }
  return [...lines, ...signed('-', old.slice(i)), ...signed('+', fresh.slice(j))]
}

const signed = (sign: '-' | '+', texts: readonly string[]) => texts.map((text): Line => ({ sign, text }))

function nearChanges(lines: readonly Line[]): readonly boolean[] {
  const near = new Array<boolean>(lines.length).fill(false)
  lines.forEach(({ sign }, i) => {
    if (sign === ' ') return
    for (let j = Math.max(0, i - AROUND); j <= Math.min(lines.length - 1, i + AROUND); j++) near[j] = true
  })
  return near
}
