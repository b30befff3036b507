/** A request that is a whole URL asks the host in it. Source: ldirectord(8), "real": "If the request string starts with http://". */

interface OtherHost {
  readonly host: string
  readonly port: number | null
  readonly tls: boolean
  readonly target: string
}

/** `null`: it is a path, or a URL that nobody can ask. ldirectord puts a slash before every request it reads. */
export function otherHost(request: string): OtherHost | null {
  const match = /^\/?(https?):\/\/(\[[0-9A-Fa-f:.]{2,45}\]|[\w.-]{1,253})(?::(\d{1,5}))?(\/.*)?$/.exec(request)
  if (match === null) return null
  const [, scheme, host = '', port, target = '/'] = match
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return null
  const plain = host.replace(/^\[(.*)\]$/, '$1')
  return { host: plain, port: port === undefined ? null : Number(port), tls: scheme === 'https', target }
}
