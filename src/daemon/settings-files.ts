/**
 * The files and directories that settings name: made absolute, so that a program, a reload and a client mean the same, and
 * looked at, so that what will not be found is known before it is needed.
 */
import { resolve } from 'node:path'
import { templateFaults } from '../edge/mail/templates.ts'
import { sharedTemplateFaults } from '../edge/webhook/shared-templates.ts'
import type { Place, Settings } from '../model/model.ts'
import type { NotifySettings } from '../model/notify-settings.ts'
import type { MonFile } from '../parse/mon/file.ts'
import { placeOfSlice, spanOf } from '../parse/mon/lines.ts'
import type { GlobalWord } from '../parse/mon/words.ts'
import { errorAt, type Problem } from '../parse/problem.ts'
import type { Span } from '../parse/source.ts'
import { quoted } from '../parse/text/visible.ts'
import { faultText } from './alert-faults.ts'
import { isDirectory, isReadable } from './files.ts'
import type { Directories } from './paths.ts'

export function absolute(settings: Settings, directories: Directories): Settings {
  const { clients, logs, table, notify } = settings
  const { cfbasedir, logdir } = directories
  const maintenance = table.maintenancedir === '' ? '' : resolve(cfbasedir, table.maintenancedir)
  const historicfile = logs.historicfile === '' ? '' : resolve(logdir, logs.historicfile)
  return {
    ...settings,
    ...directories,
    table: { ...table, maintenancedir: maintenance },
    clients: {
      ...clients,
      authfile: { ...clients.authfile, path: resolve(cfbasedir, clients.authfile.path) },
      userfile: { ...clients.userfile, path: resolve(cfbasedir, clients.userfile.path) },
    },
    logs: { ...logs, historicfile, dtlogfile: resolve(logdir, logs.dtlogfile) },
    notify: absoluteNotify(notify, cfbasedir),
  }
}

function absoluteNotify(notify: NotifySettings, cfbasedir: string): NotifySettings {
  const { templates, dkim } = notify
  return {
    ...notify,
    templates: templates === '' ? '' : resolve(cfbasedir, templates),
    dkim: dkim === null ? null : { ...dkim, keyFile: resolve(cfbasedir, dkim.keyFile) },
  }
}

const RELATIVE = 'a relative path is under cfbasedir'

/** mon refuses a file that it is told of and cannot read; unlike mon's, the look is where the file will be read. */
export function fileProblems({ clients, notify }: Settings, { cfbasedir }: Directories, parsed: MonFile): Problem[] {
  const missing = (['authfile', 'userfile'] as const).flatMap((name) => {
    const { path, place } = clients[name]
    const whole = resolve(cfbasedir, path)
    if (place === null || isReadable(whole)) return []
    const message = `${name} ${quoted(whole)} does not exist, or this user may not read it`
    return [errorAt(name, spanAt(place, parsed), message, RELATIVE)]
  })
  const { dkim } = absoluteNotify(notify, cfbasedir)
  if (dkim !== null && !isReadable(dkim.keyFile)) {
    const message = `the key ${quoted(dkim.keyFile)} does not exist, or this user may not read it`
    missing.push(errorAt('dkim', spanOfSetting('dkim', parsed), message, RELATIVE))
  }
  return missing
}

/** Neither mistakes in templates nor their absence refuses a file: the built-in words tell the same. */
export function templateWarnings({ notify }: Settings, { cfbasedir }: Directories, parsed: MonFile): Problem[] {
  const { templates } = absoluteNotify(notify, cfbasedir)
  if (templates === '') return []
  const span = spanOfSetting('templates', parsed)
  if (!isDirectory(templates)) {
    const message = `${quoted(templates)} is not a directory that this user may look into`
    const hint = `${RELATIVE}; until it is there the built-in words are used`
    return [{ code: 'templates', severity: 'warning', span, message, hint }]
  }
  const hint = 'mend it; until then the built-in words take its place'
  return [...templateFaults(templates), ...sharedTemplateFaults(templates)].map((fault) => ({
    ...{ code: 'alert-faults', severity: 'warning', span, message: faultText(fault), hint },
  }))
}

const nowhere = (file: string): Span => ({ source: { file, text: '' }, start: 0, end: 0 })

/** The value of a setting that stands there; the command line's stand in no file. */
export function spanAt(place: Place, parsed: MonFile): Span {
  const same = ({ file, line, column }: Place) => file === place.file && line === place.line && column === place.column
  const value = parsed.globals.find((statement) => same(placeOfSlice(statement.value)))?.value
  return value === undefined ? nowhere(place.file) : spanOf(value)
}

/** The value that counts: the last one. */
function spanOfSetting(name: GlobalWord, parsed: MonFile): Span {
  const value = parsed.globals.findLast(({ keyword, value }) => keyword.text === name && value.text !== '')?.value
  return value === undefined ? nowhere('command line') : spanOf(value)
}
