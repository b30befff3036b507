/**
 * A report for a browser, a printer, a phone and a mail: one file without scripts and without anything from elsewhere. On a
 * narrow screen each row becomes a block of named values. Everything that is not ours is escaped.
 * Source: HTML Living Standard §13.3 (escaping a string); Content Security Policy Level 3.
 */
import type { Zone } from '../model/calendar/zone.ts'
import type { Incident } from './incident.ts'
import type { Figures, Report } from './report.ts'
import { cellsOf, HEADS, longest, worst } from './text.ts'
import { causeText, counted, headline, lengthText, notes, plain, spanText } from './words.ts'
import { stampText } from './zone.ts'

export const mostHtmlIncidents = 500
export const mostHtmlServices = 2000

export function htmlReport(report: Report): string {
  const title = `upalert report, ${headline(report)}`
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${escaped(headline(report))}</h1>`,
    `<p>${escaped(spanText(report))}</p>`,
    ...servicesTable(report),
    ...incidentsTable(report),
    ...remarks(report),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** Text as HTML: inside an element, and inside an attribute's quotes. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

function servicesTable({ services, totals, hasLatencies }: Report): string[] {
  if (services.length === 0) return ['<p>No service was observed.</p>']
  const heads = hasLatencies ? HEADS : HEADS.slice(0, -1)
  const { shown, omitted } = worst(services, mostHtmlServices)
  const line = (name: string, figures: Figures): string =>
    row('service', name, heads, cellsOf(figures).slice(0, heads.length))
  return [
    '<h2>Services</h2>',
    '<table>',
    `<thead><tr><th scope="col">service</th>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...shown.map((one) => line(plain(one.service), one)),
    '</tbody>',
    ...(services.length > 1 ? ['<tfoot>', line('all', totals), '</tfoot>'] : []),
    '</table>',
    ...(omitted === 0 ? [] : [`<p>And ${counted(omitted, 'service')} more; csv and json have all.</p>`]),
  ]
}

function incidentsTable({ incidents, span: { zone } }: Report): string[] {
  if (incidents.length === 0) return ['<h2>Incidents</h2>', '<p>None.</p>']
  const { shown, omitted } = longest(incidents, mostHtmlIncidents)
  const heads = ['lasted', 'service', 'cause', 'notes']
  return [
    '<h2>Incidents</h2>',
    '<table class="words">',
    `<thead><tr>${['began', ...heads].map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...shown.map((one) => row('began', stampText(zone, one.began), heads, wordsOf(one, zone))),
    '</tbody>',
    '</table>',
    ...(omitted === 0 ? [] : [`<p>These are the longest; ${omitted} more are in csv and json.</p>`]),
  ]
}

const wordsOf = (one: Incident, zone: Zone): string[] => {
  const until = one.ended === null ? '' : ` (until ${stampText(zone, one.ended)})`
  return [`${lengthText(one.lasted)}${until}`, plain(one.service), causeText(one), notes(one).join('; ')]
}

const row = (head: string, name: string, heads: readonly string[], cells: readonly string[]): string =>
  `<tr><th scope="row" data-is="${head}">${escaped(name)}</th>${cells
    .map((cell, i) => `<td data-is="${heads[i] ?? ''}">${escaped(cell)}</td>`)
    .join('')}</tr>`

const remarks = ({ remarks: all }: Report): string[] =>
  all.length === 0
    ? []
    : ['<h2>Notes</h2>', '<ul>', ...all.map((one) => `<li>${escaped(plain(one, 1000))}</li>`), '</ul>']

const STYLE = `
body{font:15px/1.4 system-ui,sans-serif;max-width:75em;margin:1.5em auto;padding:0 1em}
h1{font-size:1.4em}h2{font-size:1.1em;margin-top:1.6em}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3em .6em;border-bottom:1px solid #8886;text-align:right;vertical-align:top;overflow-wrap:anywhere}
th:first-child,.words th,.words td{text-align:left}
tbody th{font-weight:600}tfoot th,tfoot td{border-top:2px solid #888;font-weight:600}
@media(max-width:44em){
table,tbody,tfoot,tr,th,td{display:block}thead{display:none}
tr{border-bottom:2px solid #8886;padding:.5em 0}
th,td,th:first-child,.words th,.words td{display:flex;justify-content:space-between;gap:1em;border:0;padding:.1em 0;text-align:right}
td::before,th::before{content:attr(data-is);opacity:.7;font-weight:400;overflow-wrap:normal}
}
@media print{
body{margin:0;max-width:none;font-size:10pt;color:#000;background:#fff}
thead{display:table-header-group}tr{break-inside:avoid}
}
`
