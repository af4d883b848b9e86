/** The audit trail folded from empty: the registers of every entity. */
export { foldAudit } from '../../../lib/history/fold';
