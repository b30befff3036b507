/** What is wrong with the templates of webhooks in the configuration's directory, in sentences. */
import { bodyFault, PLAIN_TYPE } from '../../wire/webhook/body.ts'
import { presets } from '../../wire/webhook/presets.ts'
import { webhookExample } from './example.ts'
import { sharedTemplate } from './prepare.ts'
import { readText } from './secret-file.ts'

export function sharedTemplateFaults(directory: string): readonly string[] {
  return [null, ...presets.values()].flatMap((preset) => {
    const path = sharedTemplate(preset, directory)
    if (path === undefined) return []
    const read = readText('the template', path)
    if (read.kind === 'unreadable') return [read.text]
    // Of a webhook without a preset only its line says what it is: a template that is no JSON may be meant for text.
    const type = preset === null && !/^\s*(?:\{(?!\{)|\[)/.test(read.text) ? 'text/plain' : PLAIN_TYPE
    const fault = bodyFault(read.text, webhookExample(), preset, type)
    return fault === null ? [] : [`the template ${path} is wrong: ${fault}`]
  })
}
