/** `smtp` -> 25, as /etc/services has it. Source: services(5). */

/** The port of a TCP service by its name or one of its other names, which are case-sensitive; `null`: there is none. */
export function portOfService(services: string, name: string): number | null {
  for (const line of services.split('\n')) {
    const [first, at, ...others] = line.replace(/#.*$/, '').trim().split(/\s+/)
    const [, port] = /^(\d{1,5})\/tcp$/.exec(at ?? '') ?? []
    if (port !== undefined && (first === name || others.includes(name))) return Number(port)
  }
  return null
}
