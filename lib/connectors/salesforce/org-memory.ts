/** What this process has learned of an org by describe: kept for an hour, shared by all work on the account. */
import { CrmError, type ConnectorContext } from '../connector';

const KEEP_MS = 3_600_000;
/** Settings decide what is looked for: of each choice one. */
const MAX_KEPT = 20;

interface Kept {
	readAt: number;
	value: Promise<unknown>;
}

const orgs = new WeakMap<object, Map<string, Kept>>();

/** The budget is what all contexts of an account share. A failed read is not kept. */
export async function remembered<T>(
	{ budget, now }: ConnectorContext,
	name: string,
	read: () => Promise<T>,
): Promise<T> {
	const org = orgs.get(budget) ?? new Map<string, Kept>();
	orgs.set(budget, org);
	const known = org.get(name);
	if (known !== undefined && Math.abs(now() - known.readAt) < KEEP_MS)
		return known.value as Promise<T>;
	const value = read();
	if (org.size >= MAX_KEPT) org.clear();
	org.set(name, { readAt: now(), value });
	try {
		return await value;
	} catch (error) {
		org.delete(name);
		throw error;
	}
}

/** undefined: the connected user may not see it, or the org does not have it. */
export async function visible<T>(call: () => Promise<T>): Promise<T | undefined> {
	try {
		return await call();
	} catch (error) {
		if (error instanceof CrmError && !error.options.retryable) return undefined;
		throw error;
	}
}
