/** How the org keeps its clients, found by describe: are there person accounts, and what is a household? */
import type { ConnectorContext, CrmRecord } from '../connector';
import { hasHouseholds } from '../objects/chosen';
import { connect, type SalesforceConnection } from './client';
import { householdModel, type HouseholdModel } from './household-model';
import { remembered, visible } from './org-memory';
import { personAccountsOf, type AccountField, type PersonAccounts } from './person-accounts';
import { runQuery } from './queries';
import { settingsOf } from './settings';

/** A record type of person accounts that the connected user may use. */
export interface PersonType {
	id: string;
	developerName: string;
	isDefault: boolean;
}

interface Persons {
	person: PersonAccounts | null;
	personTypes: readonly PersonType[];
}

export interface OrgModel extends Persons {
	/** null: households are not synced. */
	households: HouseholdModel | null;
}

const NO_PERSONS: Persons = { person: null, personTypes: [] };
export const PLAIN: OrgModel = { ...NO_PERSONS, households: null };

const MAX_TYPES = 200;

/** Rejects with what the calls rejected with; what the connected user may not see is not there. */
export async function orgModel(context: ConnectorContext): Promise<OrgModel> {
	const isAsked = settingsOf(context).personAccounts !== 'never';
	const persons = isAsked ? await remembered(context, 'persons', () => read(context)) : NO_PERSONS;
	const households = hasHouseholds(context.settings) ? await householdModel(context) : null;
	return { ...persons, households };
}

interface RecordTypeInfo {
	recordTypeId: string;
	available?: boolean;
	defaultRecordTypeMapping?: boolean;
}

async function read(context: ConnectorContext): Promise<Persons> {
	const connection = connect(context, { priority: 'live' });
	const account = await visible(() => connection.describe('Account'));
	const person = personAccountsOf((account?.fields ?? []) as AccountField[]);
	if (account === undefined || person === null) return NO_PERSONS;
	const rows = await personTypes(connection);
	return { person, personTypes: typesOf(rows, account.recordTypeInfos as RecordTypeInfo[]) };
}

/** The describe does not say which record types are those of persons. */
async function personTypes(connection: SalesforceConnection): Promise<CrmRecord[]> {
	const soql =
		"SELECT Id, DeveloperName FROM RecordType WHERE SobjectType = 'Account' " +
		'AND IsPersonType = true AND IsActive = true ORDER BY DeveloperName';
	return (await visible(() => runQuery(connection, soql, MAX_TYPES))) ?? [];
}

function typesOf(rows: readonly CrmRecord[], infos: readonly RecordTypeInfo[]): PersonType[] {
	return rows.flatMap(({ Id, DeveloperName }) => {
		const info = infos.find(({ recordTypeId }) => recordTypeId === Id);
		if (info?.available === false) return [];
		const isDefault = info?.defaultRecordTypeMapping === true;
		return [{ id: String(Id), developerName: String(DeveloperName), isDefault }];
	});
}
