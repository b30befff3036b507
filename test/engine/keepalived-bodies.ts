/** The words of keepalived's mails as the daemon has them: with the check that a checker of a keepalived.conf becomes. */
import assert from 'node:assert/strict'
import type { MailBodies, MailedChecker } from '../../src/model/keepalived-words.ts'
import { realText, sound, virtualText } from '../parse/keepalived/world.ts'

const inside: Partial<Record<MailedChecker, string>> = {
  HTTP_GET: 'url {\n path /\n}',
  SSL_GET: 'url {\n path /\n}',
  MISC_CHECK: 'misc_path /bin/true',
}

export function bodiesOf(checker: MailedChecker): MailBodies {
  const bodies = mailBodiesIn('', `${checker} {\n ${inside[checker] ?? ''}\n}`)
  assert.ok(bodies !== null, checker)
  return bodies
}

export function mailBodiesIn(before: string, checker: string): MailBodies | null {
  const [service] = sound(before + virtualText('', realText(checker))).services
  assert.ok(service)
  return service.mailBodies
}
