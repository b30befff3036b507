/** What is wrong with the auth file that a configuration names, and with its ways of logging in. */
import { AUTH_TYPES } from '../../edge/auth/authenticator.ts'
import { authFaults } from '../../edge/auth/faults.ts'
import type { ClientSettings } from '../../model/client-settings.ts'
import type { Problem } from '../../parse/problem.ts'
import type { Configuration } from '../configuration.ts'
import { readAuth } from './auth-file.ts'

/**
 * An error is what the daemon does not start with. None for a configuration that cannot be used itself. `standard`: as
 * `upalert mon`, which needs auth.cf whether it is written or not.
 */
export async function authProblems(
  { file, model }: Configuration,
  { standard = false }: { readonly standard?: boolean } = {},
): Promise<readonly Problem[]> {
  if (model === null || !(standard || model.settings.clients.authfile.written)) return []
  const { clients } = model.settings
  return [...readAuth(clients.authfile.path).problems, ...(await loginProblems(file, clients))]
}

/** As with mon, none of these keeps it from starting: a login that cannot succeed fails. */
export async function loginProblems(
  file: string,
  { authtypes: types, userfile, pamservice }: ClientSettings,
): Promise<readonly Problem[]> {
  const faults = await authFaults({ types, userfile: userfile.path, pamservice })
  const span = { source: { file, text: '' }, start: 0, end: 0 }
  // The words themselves have been judged with the rest of the file.
  return faults
    .filter(({ setting, type }) => setting !== 'authtype' || (type !== 'shadow' && AUTH_TYPES.includes(type)))
    .map(({ setting, text }) => ({ code: setting, severity: 'warning', span, message: text, hint: '' }))
}
