/** The fields of a store credential that speaks to PostgreSQL; shown for that type only. */
import type { INodeProperties } from 'n8n-workflow';

const FIELDS: INodeProperties[] = [
	{
		displayName: 'Host',
		name: 'host',
		type: 'string',
		default: 'localhost',
		placeholder: 'e.g. postgres.internal',
		description: 'Name or address of the database server, as the n8n process reaches it',
	},
	{
		displayName: 'Port',
		name: 'port',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 65_535 },
		default: 5432,
	},
	{
		displayName: 'Database',
		name: 'database',
		type: 'string',
		default: '',
		placeholder: 'e.g. crm_fabric',
		description: "Name of the database. It may be n8n's own, since the tables lie in a schema.",
	},
	{
		displayName: 'User',
		name: 'user',
		type: 'string',
		default: '',
		description: 'Must be allowed to make tables in the schema, and the schema if it is not there',
	},
	{
		displayName: 'Password',
		name: 'password',
		type: 'string',
		typeOptions: { password: true },
		default: '',
	},
	{
		displayName: 'SSL',
		name: 'ssl',
		type: 'options',
		options: [
			{
				name: 'Off',
				value: 'disable',
				description: 'Not encrypted: only on one machine or in a private network',
			},
			{
				name: 'On',
				value: 'require',
				description: "Encrypted; the server's certificate is not checked",
			},
			{
				name: 'On, Certificate Checked',
				value: 'verify',
				description: 'Encrypted; the certificate must be trusted and name the host',
			},
		],
		default: 'disable',
		description: 'Whether the connection is encrypted',
	},
	{
		displayName: 'CA Certificate',
		name: 'ca',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		placeholder: '-----BEGIN CERTIFICATE-----',
		displayOptions: { show: { ssl: ['verify'] } },
		description:
			"Certificate of the authority that signed the server's, in PEM form. Empty: the authorities that Node.js knows.",
	},
	{
		displayName: 'Schema',
		name: 'schema',
		type: 'string',
		default: 'crm_fabric',
		description: 'Where the tables lie; it is made if it does not exist',
	},
];

export const POSTGRES_PROPERTIES: INodeProperties[] = FIELDS.map((field) => ({
	...field,
	displayOptions: { show: { type: ['postgres'], ...field.displayOptions?.show } },
}));
