/**
 * The demonstration's own process, so that the daemon's checks do not measure their own event loop. It is told over the
 * channel what to open, answers on it, and ends with its parent.
 */
import { openFarm } from './farm.ts'
import { openMailbox } from './mailbox.ts'
import { type DemoAnswer, type DemoOrder, isOrder } from './messages.ts'

process.once('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group; the parent decides when the demonstration ends.
process.on('SIGINT', () => {})

process.once('message', (message) => {
  if (isOrder(message)) void open(message)
})

async function open({ servers, mailbox, mailboxDir, rhythm }: DemoOrder): Promise<void> {
  const say = (text: string) => answer({ kind: 'line', text })
  const box = mailbox === null ? null : await openMailbox(mailbox, mailboxDir, say)
  if (box?.kind === 'failed') return answer(box, () => process.exit(1))
  const opened = await openFarm(servers, rhythm, say)
  if (opened.kind === 'failed') return answer(opened, () => process.exit(1))
  answer({ kind: 'ready', ports: opened.farm.ports, mailboxPort: box?.port ?? null })
}

function answer(message: DemoAnswer, sent: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, sent)
}
