/** Pools, forms of virtual servers, and a table that somebody else changes, on keepalived and upalert side by side. */
import { sideBySide } from './beside/side-by-side.ts'

sideBySide('pools')
