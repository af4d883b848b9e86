/** What moved an entity, and so may have made its records differ. */

export interface Cause {
	/** System and record whose edit it was, e.g. `salesforce/contact/003...`. */
	syncOrigin: string;
	/** The run that it belongs to. */
	run?: string;
	/**
	 * Only these fields of the entity or of one of its records have changed since they were last
	 * compared; absent: anything may have.
	 */
	fields?: ReadonlySet<string>;
}

/** Entity -> what moved it. */
export type Touched = Map<string, Cause>;

/** Notes a later cause: what is to be compared is what either of them changed. */
export function touch(touched: Touched, entityId: string, later: Cause): void {
	const earlier = touched.get(entityId);
	const { fields, ...cause } = later;
	if (earlier === undefined) touched.set(entityId, later);
	else if (earlier.fields === undefined || fields === undefined) touched.set(entityId, cause);
	else touched.set(entityId, { ...cause, fields: new Set([...earlier.fields, ...fields]) });
}
