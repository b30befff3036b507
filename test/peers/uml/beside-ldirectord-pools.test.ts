/** Quiescent or not, and the fallback, on ldirectord and upalert side by side. */
import { besideLdirectord } from './beside/ldirectord-side-by-side.ts'

besideLdirectord('ldirectord-pools')
