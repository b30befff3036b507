/** What stands in the way of the configured logins, told when the configuration is read and not at the first login. */
import koffi from 'koffi'
import { AUTH_TYPES, type AuthSettings, SHADOW, UNKNOWN_TYPE } from './authenticator.ts'
import { hasLibcrypt, NO_LIBCRYPT } from './libcrypt.ts'
import { isPamService } from './pam.ts'
import { readUserfile } from './userfile.ts'

export interface AuthFault {
  /** The setting of mon.cf it is about. */
  readonly setting: 'authtype' | 'userfile' | 'pamservice'
  /** The word of authtype that will not work. */
  readonly type: string
  /** A sentence without its full stop. */
  readonly text: string
}

/** For configuration time: `authtype = pam` cannot work here. */
export const PAM_NOT_SUPPORTED =
  'pam is not supported on this machine: it has no libpam.so.0 (Debian: libpam0g); use userfile or getpwnam'

/** None of these keeps the daemon from starting, as with mon: a login that cannot succeed fails. */
export async function authFaults(settings: AuthSettings): Promise<readonly AuthFault[]> {
  const faults: AuthFault[] = []
  const add = (setting: AuthFault['setting'], type: string, text: string) => faults.push({ setting, type, text })
  for (const type of new Set(settings.types)) {
    if (type === 'shadow') add('authtype', type, SHADOW)
    else if (!AUTH_TYPES.includes(type)) add('authtype', type, `${UNKNOWN_TYPE}; known are: ${AUTH_TYPES.join(' ')}`)
    if ((type === 'userfile' || type === 'getpwnam') && !hasLibcrypt()) add('authtype', type, NO_LIBCRYPT)
    if (type === 'pam' && !hasLibpam()) add('authtype', type, PAM_NOT_SUPPORTED)
    if (type === 'pam' && !isPamService(settings.pamservice)) {
      add('pamservice', type, 'pamservice is no name of a file in /etc/pam.d')
    }
    if (type !== 'userfile') continue
    const file = await readUserfile(settings.userfile)
    if (file.kind === 'failed') add('userfile', type, `${file.text}, so nobody can log in by it`)
  }
  return faults
}

function hasLibpam(): boolean {
  try {
    koffi.load('libpam.so.0')
    return true
  } catch {
    return false
  }
}
