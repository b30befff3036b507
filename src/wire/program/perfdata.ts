/**
 * The output of a Nagios plugin: text, and behind a bar the figures it measured.
 * Source: Monitoring Plugins Development Guidelines, 2.2 (output), 2.3 (exit status) and 2.6 (performance data):
 * 'label'=value[UOM];[warn];[crit];[min];[max], the label in single quotes where it has blanks, a quote doubled.
 */
import type { PerformanceDatum } from '../../model/result.ts'

interface PluginOutput {
  /** Without performance data: the first line, then the long text. */
  readonly text: string
  readonly performance: readonly PerformanceDatum[]
}

/** Figures kept of one run. */
const FIGURES_LIMIT = 200
/** Label, value, unit, and four fields behind semicolons. `,` as decimal sign comes from plugins run in some locales. */
const FIGURE = /\s*('(?:[^']|'')*'|[^\s'=]+)=([-+]?[\d.,]+(?:[eE][-+]?\d+)?)([^\s;\d]*)((?:;[^\s;]*){0,4});?(?=\s|$)/y

/**
 * On the first line, what follows the bar is figures. In the long text below it, all lines after the next bar are
 * figures too, to the end.
 */
export function readPluginOutput(output: string): PluginOutput {
  const [first = '', ...others] = output.split(/\r?\n/)
  const [status, figures] = atBar(first)
  const [long, moreFigures] = atBar(others.join('\n'))
  return {
    text: long.trim() === '' ? status.trim() : `${status.trim()}\n${long}`,
    performance: readFigures(`${figures}\n${moreFigures}`),
  }
}

/** Figures out of a text, in order; what is none is passed over, a value `U` (not determined) too. */
export function readFigures(text: string): PerformanceDatum[] {
  const found: PerformanceDatum[] = []
  let at = 0
  while (at < text.length && found.length < FIGURES_LIMIT) {
    FIGURE.lastIndex = at
    const match = FIGURE.exec(text)
    const figure = match === null ? null : datum(match)
    if (figure !== null) found.push(figure)
    at = match === null ? nextWord(text, at) : FIGURE.lastIndex
  }
  return found
}

function datum([, label = '', digits = '', unit = '', fields = '']: RegExpExecArray): PerformanceDatum | null {
  const value = Number(digits.replace(',', '.'))
  if (!Number.isFinite(value)) return null
  const [, warn = '', critical = '', min = '', max = ''] = fields.split(';')
  const plain = label.startsWith("'") ? label.slice(1, -1).replaceAll("''", "'") : label
  return { label: plain, value, unit, warn, critical, min, max }
}

/** Behind the word that starts here, blanks before it included. */
function nextWord(text: string, at: number): number {
  const word = /\s*\S*/y
  word.lastIndex = at
  word.exec(text)
  return Math.max(word.lastIndex, at + 1)
}

function atBar(text: string): [string, string] {
  const bar = text.indexOf('|')
  return bar < 0 ? [text, ''] : [text.slice(0, bar), text.slice(bar + 1)]
}
