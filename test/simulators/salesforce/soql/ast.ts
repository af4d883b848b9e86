/** What a SOQL query means, before its names are looked up in the schema. */

export type Literal =
	| { type: 'string'; value: string }
	| { type: 'number'; value: number }
	| { type: 'boolean'; value: boolean }
	| { type: 'date'; value: string }
	/** Milliseconds since the epoch. */
	| { type: 'datetime'; value: number }
	| { type: 'null'; value: null };

export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>=', 'like'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type Condition =
	| { kind: 'and' | 'or'; items: Condition[] }
	| { kind: 'not'; item: Condition }
	| { kind: 'compare'; path: string; operator: Comparison; literal: Literal }
	| { kind: 'in'; path: string; negated: boolean; literals: Literal[] }
	/** `Id IN (SELECT AccountId FROM ...)` */
	| { kind: 'inQuery'; path: string; negated: boolean; query: Query };

export interface Order {
	path: string;
	descending: boolean;
	nullsLast: boolean;
}

export interface Query {
	/** Paths such as `Id` and `Account.Name`; `FIELDS(ALL)` and the like as they stand. */
	select: string[];
	/** `all` for COUNT(), a path for COUNT(path). */
	count?: string;
	from: string;
	where?: Condition;
	orderBy: Order[];
	limit?: number;
	offset: number;
}
