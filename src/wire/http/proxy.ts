/**
 * A step that is asked of a proxy: the connection goes to the proxy, and the request line says where the page is.
 * Source: RFC 9112 §3.2.2 (absolute-form).
 */
import type { Page } from './page.ts'
import type { Step } from './steps.ts'

/** Where proxies listen, and ldirectord looks for them. */
export const PROXY_PORT = 3128

/** An https page would take a tunnel, and tell of somebody behind the proxy. */
export const isForProxy = ({ origin }: Pick<Page, 'origin'>): boolean => origin !== null && !origin.tls

/** `null`: a redirect leads to where the proxy cannot be asked for it. */
export function viaProxy(step: Step, port: number | undefined): Step | null {
  return step.tls ? null : { ...step, port: port ?? PROXY_PORT }
}

export const absoluteTarget = ({ authority, target }: Pick<Step, 'authority' | 'target'>): string =>
  `http://${authority}${target}`
