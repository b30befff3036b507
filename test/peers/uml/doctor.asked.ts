/** Inside the guest: one request of a client, by the shell's own means, since starting Node is slow there. */
import { CLIENT, VIRTUAL_ADDRESS } from './farm.ts'
import { tryRun } from './guest.ts'

/** A client's request; its answer, or an empty text where none came. */
export function asked(port: number): string {
  const request = `exec 3<>/dev/tcp/${VIRTUAL_ADDRESS}/${port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`
  return (
    tryRun('ip', 'netns', 'exec', CLIENT, 'timeout', '2', 'bash', '-c', request).stdout.trim().split('\n').at(-1) ?? ''
  )
}
