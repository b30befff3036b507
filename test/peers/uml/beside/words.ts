/** Words of keepalived.conf that most scenarios share. */

/** As quick as keepalived counts; long enough to connect that a busy machine does not look like a dead server. */
export const timed = `delay_loop 1
    warmup 0
    delay_before_retry 1
    connect_timeout 3
    lvs_sched rr
    lvs_method NAT
    protocol TCP
   `

/** A real server with a TCP check, and whatever else stands in it. */
export const tcp = (address: string, inside = ''): string => server(address, `${inside}\n        TCP_CHECK { }`)

/** A real server whose page must be there. */
export const http = (address: string): string => server(address, 'HTTP_GET {\n url {\n path /\n }\n }')

export const server = (address: string, inside: string): string => `
    real_server ${address} {
        ${inside.trim()}
    }`
