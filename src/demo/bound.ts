/** Opening a port of the demonstration, or saying where the setting stands that asks for it and what to do. */
import type { Place } from '../model/model.ts'

interface Wish {
  readonly setting: 'demo_servers' | 'demo_mailbox'
  readonly address: string
  readonly port: number
  readonly place: Place
}

export type Bound =
  | { readonly kind: 'bound'; readonly port: number }
  | { readonly kind: 'failed'; readonly text: string }

export function bound(
  wish: Wish,
  open: (done: (port: number) => void, failed: (error: Error) => void) => void,
): Promise<Bound> {
  return new Promise((resolve) =>
    open(
      (port) => resolve({ kind: 'bound', port }),
      (error) => resolve({ kind: 'failed', text: sentence(wish, error) }),
    ),
  )
}

function sentence({ setting, address, port, place }: Wish, error: NodeJS.ErrnoException): string {
  const end = `${address.includes(':') ? `[${address}]` : address}:${port}`
  return `${place.file}:${place.line}:${place.column}: ${setting}: ${end} ${troubles[error.code ?? ''] ?? `cannot be opened: ${error.message}`}`
}

const troubles: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is already in use by another program; change the port there, or stop the other program',
  EACCES: 'may not be opened by this user; choose a port above 1023 there',
  EADDRNOTAVAIL: 'is not an address of this machine; choose one of 127.0.0.1 to 127.255.255.254 there',
}
