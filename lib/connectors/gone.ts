/** Is a record gone, or is something else the matter? */
import { isGone } from './rest';

export interface GoneCheck {
	/** Reads the record: false if it bears a mark of deletion. Rejects with CrmError 404 or 410 if it is not there. */
	isThere: () => Promise<boolean>;
	/** A call that fails if the connection's address or credential is wrong. */
	probe: () => Promise<unknown>;
}

/**
 * 404 may also mean a wrong base address, or a list that the CRM does not have: a record counts as
 * gone only if a read of it says so while the same connection answers otherwise.
 */
export async function isRecordGone({ isThere, probe }: GoneCheck): Promise<boolean> {
	try {
		if (await isThere()) return false;
	} catch (error) {
		if (!isGone(error)) throw error;
	}
	await probe();
	return true;
}

/** Rethrows `error` unless it says, and a read confirms, that the record is gone. */
export async function requireGone(error: unknown, check: GoneCheck): Promise<void> {
	if (!isGone(error) || !(await isRecordGone(check))) throw error;
}
