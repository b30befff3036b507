/** What ldirectord asks its servers, on ldirectord and upalert side by side. */
import { besideLdirectord } from './beside/ldirectord-side-by-side.ts'

besideLdirectord('ldirectord-checks')
