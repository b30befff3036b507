/**
 * An alert as a plugin: posts JSON to an address. No dependency, no build.
 * In mon.cf: `plugin = plugins/post.mjs` above the first watch, then `alert post https://hooks.example.com/x` and
 * `upalert post https://hooks.example.com/x` in a period.
 */

export const alert = {
  name: 'post',
  deed: 'posts JSON to an address',
  schema: {
    type: 'object',
    properties: {
      url: {
        type: 'array',
        items: { type: 'string', format: 'uri', pattern: '^https?://' },
        minItems: 1,
        maxItems: 1,
        description: 'the address to post to, http or https',
      },
    },
    required: ['url'],
    additionalProperties: false,
  },
  flags: {},
  rest: 'url',
  receiver: ({ url: [url] }) => url,
  line: ({ url: [url] }) => new URL(url).origin,
  render: (message, { url: [url] }) => `POST ${url}\n\n${JSON.stringify(story(message), null, 2)}\n`,

  async send(message, { url: [url] }, context) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        // The same message may come twice, after a crash for instance; by this the receiver can tell.
        headers: { 'content-type': 'application/json', 'idempotency-key': message.id },
        body: JSON.stringify(story(message)),
        redirect: 'error',
        signal: context.signal,
      })
      // The body is not needed, and may be endless.
      await response.body?.cancel()
      if (response.ok) return { kind: 'sent', text: `posted, and answered ${response.status}` }
      // 4xx says that this message will never be taken, except "later" (408, 429).
      const retry = response.status >= 500 || response.status === 408 || response.status === 429
      return { kind: 'failed', retry, text: `the address answered ${response.status}` }
    } catch (error) {
      return { kind: 'failed', retry: true, text: `could not be posted: ${error.cause?.code ?? error.message}` }
    }
  },
}

function story({ id, kind, group, service, hosts, failing, summary, at, failures }) {
  return { id, kind, group, service, hosts, failing, summary, at: new Date(at).toISOString(), failures }
}
