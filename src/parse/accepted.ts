/**
 * What mon 1.3 lets pass without a word, and what it then does: with `quirks = mon-1.3` each of these mistakes is only a
 * warning, and the Model carries what mon would make of it. Everything that is not in this table is refused with and
 * without quirks. Source: mon 1.3.6, tried; docs/configuration.md, "quirks", tells the same to operators.
 */

/** By the problem's code: what mon does with it, as the end of a sentence. */
const ACCEPTED_BY_MON: Readonly<Record<string, string>> = {
  // Lines and blocks.
  'config-empty': 'mon starts, and does nothing',
  'not-utf8': 'mon takes the bytes as they are',
  'line-end': 'to mon it is a blank',
  'continuation-blank': 'mon drops the empty line, which then ends no block',
  'continuation-end': 'mon loses the line',
  'unknown-line': 'mon ignores it',
  'block-name': 'mon ignores the line',
  'hostgroup-keyword': 'mon takes the whole line for hosts',
  'view-keyword': 'mon takes the whole line for members of the view',
  'comment-behind-text': 'mon takes each word of it as one of the line',
  'keyword-blank': 'mon reads it as if a blank stood there',
  'bad-host': 'mon hands it to its monitors',
  // Settings.
  'setting-empty': 'mon takes nothing for its value',
  'setting-number': 'mon takes the digits it begins with, and a maxprocs without any lets no monitor run',
  'setting-flag': 'mon takes everything it does not know for no',
  'setting-facility': 'mon starts all the same',
  'authtype-unknown': 'in mon it never lets anybody in',
  // Services and periods.
  'no-interval': 'mon says nothing of it',
  'no-monitor': 'mon complains in its log each second',
  'interval-too-long': 'here it counts as ten years',
  'alertafter-zero': 'mon takes it for no condition',
  'alertafter-extra': 'mon overlooks what stands before the last two',
  'alertevery-extra': 'mon overlooks what stands behind summary',
  'exit-range': 'mon finds no such alert, or no exit status that fits',
  // Monitors and alerts.
  quote: 'mon calls an alert without its words, and for a monitor runs the first host; here such a monitor is not run',
  'call-name': 'mon complains in its log when it should be called',
  'monitor-unknown': 'mon complains in its log each second, and checks nothing',
  'alert-unknown': 'mon complains in its log when it should be called',
  'option-unknown': 'mon leaves options to its programs; here it is not called',
  'option-unexpected': 'mon leaves options to its programs; here it is not called',
  'option-value': 'mon leaves options to its programs; here it is not called',
  'option-missing': 'mon leaves options to its programs; here it is not called',
  // Dependencies.
  'depend-syntax': 'mon evaluates it as Perl; here it counts as never satisfied',
  'depend-unknown': 'mon counts it as failing',
  'depend-cycle': 'mon never finds it satisfied',
}

/** Codes whose hint speaks of quirks: who has lived with it under mon has never noticed. */
const TOLD_OF_QUIRKS = new Set(['depend-unknown', 'depend-cycle'])

export const acceptedByMon = (code: string): string | undefined =>
  Object.hasOwn(ACCEPTED_BY_MON, code) ? ACCEPTED_BY_MON[code] : undefined

export const acceptedCodes: readonly string[] = Object.keys(ACCEPTED_BY_MON)

/** What a hint adds where the mistake is an error. */
export const quirksRemedy = (code: string): string =>
  TOLD_OF_QUIRKS.has(code) ? ' (mon lets it pass, and so does quirks = mon-1.3)' : ''
