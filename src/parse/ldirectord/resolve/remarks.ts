/** What a user of ldirectord should know of a service before upalert checks it. */

import { quoted } from '../../text/visible.ts'
import type { VirtualService } from '../file.ts'
import { spanOf } from '../words.ts'
import type { Around } from './around.ts'
import type { Front } from './front.ts'
import { intervalOf, levelsOf, nearest } from './inherited.ts'
import { addLoss } from './losses.ts'
import { serviceOf } from './ports.ts'

export function warnOfService(virtual: VirtualService, front: Front, around: Around): void {
  const { settings, realLines, header } = virtual
  const { report, file } = around
  const type = settings.checktype?.value.kind ?? 'negotiate'
  if (realLines === 0) {
    const message = `this service has no real server`
    report.warning('service-empty', spanOf(header.at), message, 'write real = ADDRESS:PORT METHOD below it')
  }
  if (settings.checkinterval !== undefined && file.globals.fork?.value !== true) {
    const message = `a checkinterval of its own counts with fork = yes only; here it is ${intervalOf(virtual, file) / 1000} s`
    report.warning(
      'checkinterval',
      spanOf(settings.checkinterval.keyword),
      message,
      'write fork = yes, or leave it out',
    )
  }
  const checkcount = nearest(levelsOf(virtual, file), 'checkcount')
  if (checkcount !== undefined && type !== 'ping' && !(type === 'connect' && isUdp(front))) {
    addLoss(checkcount, 'it counts for checktype = ping; elsewhere write failurecount', around)
  }
  if (settings.load !== undefined) addLoss(settings.load, 'it has no effect in ldirectord either', around)
  if (type === 'combined') warnOfCombined(virtual, around)
  warnOfCheck(virtual, front, around)
}

const isUdp = ({ service }: Front) => service.kind === 'address' && service.protocol === 'udp'

function warnOfCheck(virtual: VirtualService, front: Front, { report }: Around): void {
  const { settings, header } = virtual
  const type = settings.checktype?.value.kind ?? 'negotiate'
  const at = settings.checktype?.at ?? header.at
  const service = serviceOf(virtual, front)
  if (type === 'connect' && isUdp(front)) {
    const message = 'nothing can be connected to over UDP: as in ldirectord, the servers are pinged'
    report.warning('connect-udp', spanOf(at), message, 'write checktype = ping, or a service that is asked')
  }
  if (type === 'negotiate' || type === 'combined') {
    if (service === 'none') {
      const message = 'nothing is asked of these servers, so that they are always up: there is no service'
      report.warning(
        'no-check',
        spanOf(settings.service?.at ?? at),
        message,
        'write checktype = connect, or checktype = on if that is meant',
      )
    }
    if (/^(https|imaps|pops|ldaps)$/.test(service)) {
      const message = `as in ldirectord, no certificate of ${service} is verified`
      report.warning(
        'no-verify',
        spanOf(settings.service?.at ?? at),
        message,
        'a mon.cf can ask for it: verify in its monitors',
      )
    }
  }
  const { checkcommand } = settings
  if (/^external/.test(type) && checkcommand !== undefined && /\s/.test(checkcommand.value.trim())) {
    const message = `${quoted(checkcommand.value)} is, as in ldirectord, the name of one program, and not a program with arguments`
    report.warning(
      'checkcommand-arguments',
      spanOf(checkcommand.at),
      message,
      'write a script that calls it, and name that',
    )
  }
  if (type === 'external-perl') {
    const message = 'the program is started for each check, and not read into the daemon'
    report.warning(
      'external-perl',
      spanOf(at),
      message,
      'look whether it has a #! line and may be executed; or write checktype = external',
    )
  }
}

function warnOfCombined({ settings }: VirtualService, around: Around): void {
  const { checktype } = settings
  if (checktype?.value.kind !== 'combined') return
  const why =
    'connections and negotiations are two checks here, each with its own count of failures, and a server is up while neither fails'
  addLoss(checktype, why, around)
}
