/** Checkers and reloads, on keepalived and upalert side by side. */
import { sideBySide } from './beside/side-by-side.ts'

sideBySide('checks')
