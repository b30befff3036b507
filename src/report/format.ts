/** The formats of a report by their names. */
import { csvReport } from './csv.ts'
import { htmlReport } from './html.ts'
import { jsonReport } from './json.ts'
import type { Report } from './report.ts'
import { textReport } from './text.ts'

export const FORMATS = ['text', 'csv', 'html', 'json'] as const
export type Format = (typeof FORMATS)[number]

export function formatted(report: Report, format: Format): string {
  switch (format) {
    case 'text':
      return textReport(report)
    case 'csv':
      return csvReport(report)
    case 'html':
      return htmlReport(report)
    case 'json':
      return jsonReport(report)
  }
}
