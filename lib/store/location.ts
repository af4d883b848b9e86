/** Where a store is. */
export type StoreLocation = SqliteLocation | PostgresLocation;

export interface SqliteLocation {
	type: 'sqlite';
	/** Absolute path of the file. */
	path: string;
}

/** Either `connectionString` or the single fields. */
export interface PostgresLocation {
	type: 'postgres';
	/** `postgresql://user:password@host:5432/database?schema=crm_fabric`; libpq's parameters (`sslmode`) work. */
	connectionString?: string;
	/** Name, address, or the folder of a Unix socket. */
	host?: string;
	port?: number;
	database?: string;
	user?: string;
	password?: string;
	/** `require`: encrypted, whoever the server is. `verify`: its certificate must be valid, too. Default `disable`. */
	ssl?: 'disable' | 'require' | 'verify';
	/** PEM of the authority that signed the server's certificate, for `verify`. */
	ca?: string;
	/** The schema that holds the store's tables; several stores live in one database. Default `crm_fabric`. */
	schema?: string;
}
