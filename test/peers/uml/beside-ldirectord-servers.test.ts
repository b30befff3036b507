/** Failure counts, maintenance, marks, both families and reloads, on ldirectord and upalert side by side. */
import { besideLdirectord } from './beside/ldirectord-side-by-side.ts'

besideLdirectord('ldirectord-servers')
