/**
 * What a household is in this org, and how its members are told. Found by describe, or chosen by the setting
 * `householdModel`:
 *
 * - `recordType`: Financial Services Cloud's managed package. Accounts of the record type `IndustriesHousehold`, members by
 *   AccountContactRelation, of which `FinServ__PrimaryGroup__c` marks a member's own household (Salesforce Help, "What Is
 *   a Group in Financial Services Cloud?": "Each person can only have one primary group").
 * - `group`: its standard objects. Business accounts that a PartyRelationshipGroup of the type `Household` designates
 *   (Industries Developer Guide, API 56.0 and later), members by AccountContactRelation with `IsPrimaryGroup`.
 * - `field`: any other org. Accounts that `householdField` and `householdValue` name; a contact's own account is its
 *   household. Person accounts have no account beside themselves: they join by AccountContactRelation where the org has
 *   it (Contacts to Multiple Accounts; Object Reference: it "supports person accounts").
 */
import type { ConnectorContext, CrmRecord } from '../connector';
import { connect, soqlText, type SalesforceConnection } from './client';
import { remembered, visible } from './org-memory';
import { itemSettings } from './settings';

export interface MemberRelations {
	/** API name of the check box that marks a member's own household; null: there is none. */
	primaryGroup: string | null;
	/** Words that a role may be; null: roles are not for the connected user. */
	roles: readonly string[] | null;
	/** Whose household it tells; the others' is their own account. */
	of: 'all' | 'persons';
}

export interface HouseholdModel {
	kind: 'field' | 'recordType' | 'group';
	/** SOQL condition of accounts, and of AccountContactRelation, that are households or lead to one. */
	where: string;
	memberWhere: string;
	/** What a new household's account says of itself. */
	defaults: CrmRecord;
	/** null: every contact's own account tells it. */
	relations: MemberRelations | null;
}

const RELATION = 'AccountContactRelation';
const GROUP = 'PartyRelationshipGroup';
const PRIMARY_GROUP = { recordType: 'FinServ__PrimaryGroup__c', group: 'IsPrimaryGroup' };

/** Rejects with what the calls rejected with. */
export function householdModel(context: ConnectorContext): Promise<HouseholdModel> {
	const { householdModel: kind, householdField, householdValue } = itemSettings(context.settings);
	const { householdRecordType, householdGroupType } = itemSettings(context.settings);
	const { personAccounts } = context.settings;
	const chosen = [kind, householdField, householdValue, householdRecordType, householdGroupType];
	const name = `households ${JSON.stringify([...chosen, personAccounts])}`;
	return remembered(context, name, () => read(context));
}

interface Field {
	name: string;
	createable: boolean;
	picklistValues?: Array<{ active?: boolean; value: string }> | null;
}

/** The part of a describe that is used here. */
interface Described {
	fields: Field[];
	/** Record types. */
	types: ReadonlyArray<{ recordTypeId: string; developerName?: string }>;
}

async function read(context: ConnectorContext): Promise<HouseholdModel> {
	const { householdModel: chosen, householdRecordType } = itemSettings(context.settings);
	const connection = connect(context, { priority: 'live' });
	const isPlain = chosen === 'field' && context.settings['personAccounts'] === 'never';
	const relation = isPlain ? undefined : await described(connection, RELATION);
	const names = new Set(relation?.fields.map(({ name }) => name));
	const mayBePackage = chosen === 'auto' && names.has(PRIMARY_GROUP.recordType);
	const account = isPlain ? undefined : await described(connection, 'Account');
	if (chosen === 'recordType' || mayBePackage) {
		const type = account?.types.find(({ developerName }) => developerName === householdRecordType);
		if (type !== undefined) return byRecordType(type.recordTypeId, relation);
	}
	const mayBeGroup = chosen === 'auto' && names.has(PRIMARY_GROUP.group);
	if (chosen === 'group' || (mayBeGroup && (await described(connection, GROUP)) !== undefined))
		return byGroup(context, relation);
	return byField(context, account, relation);
}

async function described(
	connection: SalesforceConnection,
	sobject: string,
): Promise<Described | undefined> {
	return visible<Described>(async () => {
		const { fields, recordTypeInfos } = await connection.describe(sobject);
		const types = recordTypeInfos as Array<{ recordTypeId: string; developerName?: string }>;
		return { fields, types };
	});
}

function byRecordType(id: string, relation: Described | undefined): HouseholdModel {
	return {
		kind: 'recordType',
		where: `RecordTypeId = ${soqlText(id)}`,
		memberWhere: `Account.RecordTypeId = ${soqlText(id)}`,
		defaults: { RecordTypeId: id },
		relations: relationsIn(relation, 'all'),
	};
}

function byGroup(context: ConnectorContext, relation: Described | undefined): HouseholdModel {
	const { householdGroupType } = itemSettings(context.settings);
	const homes = `(SELECT AccountId FROM ${GROUP} WHERE Type = ${soqlText(householdGroupType)})`;
	return {
		kind: 'group',
		where: `Id IN ${homes}`,
		memberWhere: `AccountId IN ${homes}`,
		defaults: {},
		relations: relationsIn(relation, 'all'),
	};
}

function byField(
	context: ConnectorContext,
	account: Described | undefined,
	relation: Described | undefined,
): HouseholdModel {
	const { householdField, householdValue } = itemSettings(context.settings);
	const hasPersons = account?.fields.some(({ name }) => name === 'IsPersonAccount') === true;
	const isHome = `${householdField} = ${soqlText(householdValue)}`;
	return {
		kind: 'field',
		where: hasPersons ? `${isHome} AND IsPersonAccount = false` : isHome,
		memberWhere: `Account.${isHome}${hasPersons ? ' AND Account.IsPersonAccount = false' : ''}`,
		defaults: { [householdField]: householdValue },
		relations: hasPersons ? relationsIn(relation, 'persons') : null,
	};
}

function relationsIn(
	relation: Described | undefined,
	of: MemberRelations['of'],
): MemberRelations | null {
	if (relation === undefined) return null;
	const { recordType, group } = PRIMARY_GROUP;
	const has = (wanted: string) => relation.fields.some(({ name }) => name === wanted);
	const primaryGroup = has(recordType) ? recordType : has(group) ? group : null;
	const roles = relation.fields.find(({ name }) => name === 'Roles');
	const words = roles?.picklistValues?.filter(({ active }) => active !== false);
	return { primaryGroup, roles: words?.map(({ value }) => value) ?? null, of };
}
