CREATE TABLE organization (
	organization_id UUID NOT NULL, 
	name TEXT NOT NULL, 
	personal_of UUID, 
	tier TEXT DEFAULT 'free' NOT NULL, 
	ai_policy TEXT DEFAULT 'any' NOT NULL, 
	version BIGINT DEFAULT '1' NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_organization PRIMARY KEY (organization_id)
)
-- next
CREATE INDEX ix_organization_personal_of ON organization (personal_of)
-- next
CREATE TABLE person (
	id UUID NOT NULL, 
	email TEXT, 
	name TEXT NOT NULL, 
	password_hash TEXT, 
	verified_at TIMESTAMP WITH TIME ZONE, 
	administrator BOOLEAN NOT NULL, 
	home_organization_id UUID NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	disabled_at TIMESTAMP WITH TIME ZONE, 
	erased_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_person PRIMARY KEY (id), 
	CONSTRAINT uq_person_email UNIQUE (email)
)
-- next
CREATE TABLE platform_fact (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_platform_fact PRIMARY KEY (name)
)
-- next
CREATE TABLE sign_in_attempts (
	key BYTEA NOT NULL, 
	failures INTEGER NOT NULL, 
	first_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	locked_until TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_sign_in_attempts PRIMARY KEY (key)
)
-- next
CREATE TABLE applied_operation (
	organization_id UUID NOT NULL, 
	operation UUID NOT NULL, 
	device UUID NOT NULL, 
	request_sha256 BYTEA NOT NULL, 
	result JSONB NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_applied_operation PRIMARY KEY (organization_id, operation), 
	CONSTRAINT fk_applied_operation_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_applied_operation_organization_id_at ON applied_operation (organization_id, at)
-- next
CREATE TABLE audit_entry (
	organization_id UUID NOT NULL, 
	number BIGINT NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	actor UUID, 
	device UUID, 
	action TEXT NOT NULL, 
	subject_kind TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	details JSONB NOT NULL, 
	former TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	CONSTRAINT pk_audit_entry PRIMARY KEY (organization_id, number), 
	CONSTRAINT fk_audit_entry_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE TABLE audit_head (
	organization_id UUID NOT NULL, 
	number BIGINT NOT NULL, 
	hash TEXT NOT NULL, 
	CONSTRAINT pk_audit_head PRIMARY KEY (organization_id), 
	CONSTRAINT fk_audit_head_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE TABLE authorization_code (
	code_sha256 BYTEA NOT NULL, 
	person_id UUID NOT NULL, 
	client_id TEXT NOT NULL, 
	redirect_uri TEXT NOT NULL, 
	code_challenge TEXT NOT NULL, 
	device_id UUID, 
	device_name TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	session_id UUID, 
	CONSTRAINT pk_authorization_code PRIMARY KEY (code_sha256), 
	CONSTRAINT fk_authorization_code_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_authorization_code_person_id ON authorization_code (person_id)
-- next
CREATE TABLE contract_share (
	organization_id UUID NOT NULL, 
	contract_id UUID NOT NULL, 
	person_id UUID NOT NULL, 
	role TEXT NOT NULL, 
	shared_by UUID NOT NULL, 
	shared_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_contract_share PRIMARY KEY (organization_id, contract_id, person_id), 
	CONSTRAINT fk_contract_share_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE, 
	CONSTRAINT fk_contract_share_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_contract_share_person ON contract_share (organization_id, person_id, contract_id)
-- next
CREATE TABLE departure (
	organization_id UUID NOT NULL, 
	scope TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	id TEXT NOT NULL, 
	contract_id UUID NOT NULL, 
	sequence BIGINT NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_departure PRIMARY KEY (organization_id, scope, kind, id), 
	CONSTRAINT fk_departure_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_departure_organization_id_scope_sequence ON departure (organization_id, scope, sequence)
-- next
CREATE TABLE device_grant (
	device_code_sha256 BYTEA NOT NULL, 
	user_code TEXT NOT NULL, 
	client_id TEXT NOT NULL, 
	device_id UUID, 
	device_name TEXT NOT NULL, 
	state TEXT NOT NULL, 
	person_id UUID, 
	interval_seconds INTEGER NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	polled_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_device_grant PRIMARY KEY (device_code_sha256), 
	CONSTRAINT uq_device_grant_user_code UNIQUE (user_code), 
	CONSTRAINT fk_device_grant_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_device_grant_person_id ON device_grant (person_id)
-- next
CREATE TABLE device_session (
	id UUID NOT NULL, 
	person_id UUID NOT NULL, 
	client_id TEXT NOT NULL, 
	device_id UUID NOT NULL, 
	device_name TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	end_reason TEXT, 
	CONSTRAINT pk_device_session PRIMARY KEY (id), 
	CONSTRAINT fk_device_session_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_device_session_person_id_created_at ON device_session (person_id, created_at)
-- next
CREATE TABLE invitation (
	id UUID NOT NULL, 
	organization_id UUID, 
	email TEXT, 
	role TEXT NOT NULL, 
	billing BOOLEAN NOT NULL, 
	token_sha256 BYTEA NOT NULL, 
	invited_by UUID, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	accepted_at TIMESTAMP WITH TIME ZONE, 
	accepted_by UUID, 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_invitation PRIMARY KEY (id), 
	CONSTRAINT fk_invitation_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE, 
	CONSTRAINT uq_invitation_token_sha256 UNIQUE (token_sha256)
)
-- next
CREATE INDEX ix_invitation_organization_id_created_at ON invitation (organization_id, created_at)
-- next
CREATE TABLE mail_token (
	token_sha256 BYTEA NOT NULL, 
	person_id UUID NOT NULL, 
	purpose TEXT NOT NULL, 
	email TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT pk_mail_token PRIMARY KEY (token_sha256), 
	CONSTRAINT fk_mail_token_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_mail_token_person_id ON mail_token (person_id)
-- next
CREATE TABLE membership (
	organization_id UUID NOT NULL, 
	person_id UUID NOT NULL, 
	role TEXT NOT NULL, 
	billing BOOLEAN NOT NULL, 
	joined_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_membership PRIMARY KEY (organization_id, person_id), 
	CONSTRAINT fk_membership_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE, 
	CONSTRAINT fk_membership_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_membership_person_id ON membership (person_id)
-- next
CREATE TABLE organization_key (
	organization_id UUID NOT NULL, 
	number INTEGER NOT NULL, 
	sealed BYTEA NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_organization_key PRIMARY KEY (organization_id, number), 
	CONSTRAINT fk_organization_key_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE TABLE record (
	organization_id UUID NOT NULL, 
	kind TEXT NOT NULL, 
	id TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	contract_id UUID, 
	sequence BIGINT NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	fields JSONB NOT NULL, 
	field_sequence JSONB NOT NULL, 
	schema_version INTEGER NOT NULL, 
	changed_by UUID, 
	changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	package_by UUID, 
	package_sha256 TEXT GENERATED ALWAYS AS ((fields ->> 'package_sha256'::text)) STORED, 
	CONSTRAINT pk_record PRIMARY KEY (organization_id, kind, id), 
	CONSTRAINT fk_record_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_record_contracts_by_change ON record (organization_id, changed_at DESC, id DESC) WHERE kind = 'contract' AND NOT deleted
-- next
CREATE INDEX ix_record_contracts_by_title ON record (organization_id, lower(fields ->> 'title'), id) WHERE kind = 'contract' AND NOT deleted
-- next
CREATE INDEX ix_record_deleted_by_change ON record (organization_id, changed_at) WHERE deleted
-- next
CREATE INDEX ix_record_organization_id_contract_id_kind ON record (organization_id, contract_id, kind)
-- next
CREATE UNIQUE INDEX ix_record_organization_id_scope_sequence ON record (organization_id, scope, sequence)
-- next
CREATE INDEX ix_record_package ON record (organization_id, package_sha256) WHERE package_sha256 IS NOT NULL
-- next
CREATE INDEX ix_record_restricted ON record (organization_id, scope) WHERE kind = 'contract' AND scope <> 'organization'
-- next
CREATE TABLE stored_file (
	organization_id UUID NOT NULL, 
	sha256 TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	media_type TEXT NOT NULL, 
	uploaded_by UUID NOT NULL, 
	uploaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_stored_file PRIMARY KEY (organization_id, sha256), 
	CONSTRAINT fk_stored_file_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE TABLE sync_scope (
	organization_id UUID NOT NULL, 
	scope TEXT NOT NULL, 
	sequence BIGINT NOT NULL, 
	floor_sequence BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_sync_scope PRIMARY KEY (organization_id, scope), 
	CONSTRAINT fk_sync_scope_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE TABLE text_document (
	organization_id UUID NOT NULL, 
	contract_id UUID NOT NULL, 
	number BIGINT NOT NULL, 
	floor_number BIGINT DEFAULT '0' NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_text_document PRIMARY KEY (organization_id, contract_id), 
	CONSTRAINT fk_text_document_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE TABLE text_peer (
	organization_id UUID NOT NULL, 
	contract_id UUID NOT NULL, 
	peer TEXT NOT NULL, 
	device_id UUID NOT NULL, 
	person_id UUID NOT NULL, 
	bound_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_text_peer PRIMARY KEY (organization_id, contract_id, peer), 
	CONSTRAINT fk_text_peer_organization_id FOREIGN KEY(organization_id) REFERENCES organization (organization_id) ON DELETE CASCADE
)
-- next
CREATE TABLE access_token (
	token_sha256 BYTEA NOT NULL, 
	session_id UUID NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_access_token PRIMARY KEY (token_sha256), 
	CONSTRAINT fk_access_token_session_id FOREIGN KEY(session_id) REFERENCES device_session (id) ON DELETE CASCADE
)
-- next
CREATE INDEX ix_access_token_expires_at ON access_token (expires_at)
-- next
CREATE INDEX ix_access_token_session_id ON access_token (session_id)
-- next
CREATE TABLE file_holder (
	organization_id UUID NOT NULL, 
	sha256 TEXT NOT NULL, 
	person_id UUID NOT NULL, 
	since TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_file_holder PRIMARY KEY (organization_id, sha256, person_id), 
	CONSTRAINT fk_file_holder_organization_id_sha256 FOREIGN KEY(organization_id, sha256) REFERENCES stored_file (organization_id, sha256) ON DELETE CASCADE
)
-- next
CREATE TABLE refresh_token (
	token_sha256 BYTEA NOT NULL, 
	session_id UUID NOT NULL, 
	generation BIGINT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	successor BYTEA, 
	CONSTRAINT pk_refresh_token PRIMARY KEY (token_sha256), 
	CONSTRAINT uq_refresh_token_session_id_generation UNIQUE (session_id, generation), 
	CONSTRAINT fk_refresh_token_session_id FOREIGN KEY(session_id) REFERENCES device_session (id) ON DELETE CASCADE
)
-- next
CREATE TABLE text_snapshot (
	organization_id UUID NOT NULL, 
	contract_id UUID NOT NULL, 
	upto BIGINT NOT NULL, 
	content BYTEA NOT NULL, 
	size INTEGER NOT NULL, 
	sha256 BYTEA NOT NULL, 
	made_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_text_snapshot PRIMARY KEY (organization_id, contract_id, upto), 
	CONSTRAINT fk_text_snapshot_organization_id_contract_id FOREIGN KEY(organization_id, contract_id) REFERENCES text_document (organization_id, contract_id) ON DELETE CASCADE
)
-- next
CREATE TABLE text_update (
	organization_id UUID NOT NULL, 
	contract_id UUID NOT NULL, 
	number BIGINT NOT NULL, 
	content BYTEA NOT NULL, 
	size INTEGER NOT NULL, 
	sha256 BYTEA NOT NULL, 
	person_id UUID NOT NULL, 
	device_id UUID NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT pk_text_update PRIMARY KEY (organization_id, contract_id, number), 
	CONSTRAINT fk_text_update_organization_id_contract_id FOREIGN KEY(organization_id, contract_id) REFERENCES text_document (organization_id, contract_id) ON DELETE CASCADE, 
	CONSTRAINT uq_text_update_organization_id_contract_id_sha256 UNIQUE (organization_id, contract_id, sha256)
)
-- next
create function known_by_token(token bytea, moment timestamptz, tenant uuid)
returns table (session_id uuid, person_id uuid, device_id uuid, device_name text, administrator boolean, name text,
               email text, home_organization_id uuid, role text, billing boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id, p.id, s.device_id, s.device_name, p.administrator, p.name, p.email, p.home_organization_id, m.role,
         coalesce(m.billing, false)
  from access_token t
  join device_session s on s.id = t.session_id
  join person p on p.id = s.person_id
  left join organization o on o.organization_id = tenant and o.deleted_at is null
  left join membership m on m.organization_id = o.organization_id and m.person_id = p.id
  where t.token_sha256 = token and t.expires_at > moment and s.ended_at is null and s.expires_at > moment
    and p.disabled_at is null and p.erased_at is null
$$
-- next
create function invitation_by_token(token bytea)
returns table (id uuid, organization_id uuid, organization_name text, email text, role text, billing boolean,
               expires_at timestamptz, accepted_at timestamptz, revoked_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.id, i.organization_id, o.name, i.email, i.role, i.billing, i.expires_at, i.accepted_at, i.revoked_at
  from invitation i left join organization o on o.organization_id = i.organization_id and o.deleted_at is null
  where i.token_sha256 = token and (i.organization_id is null or o.organization_id is not null)
$$
-- next
create function erase_person(who uuid, moment timestamptz) returns uuid
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  tenant uuid := nullif(current_setting('app.organization', true), '')::uuid;
  home uuid;
begin
  -- Only an account that was made to join this organization, and that nobody uses elsewhere.
  select p.home_organization_id into home from person p
  where p.id = who and p.erased_at is null
    and exists (select 1 from invitation i where i.organization_id = tenant and i.accepted_by = who
                and i.created_at <= p.created_at)
    and not exists (select 1 from membership m where m.person_id = who
                    and m.organization_id <> p.home_organization_id)
    and not exists (select 1 from record r where r.organization_id = p.home_organization_id and r.kind = 'contract')
    and not exists (select 1 from membership m where m.organization_id = p.home_organization_id and m.person_id <> who)
  for update of p;
  if home is null then
    return null;
  end if;
  delete from device_session where person_id = who;
  delete from mail_token where person_id = who;
  delete from authorization_code where person_id = who;
  delete from device_grant where person_id = who;
  delete from membership where person_id = who;
  update organization set deleted_at = moment, changed_at = moment, name = 'Erased', version = version + 1
  where organization_id = home;
  update person set email = null, name = 'Erased', password_hash = null, verified_at = null, administrator = false,
    erased_at = moment
  where id = who;
  return home;
end
$$
-- next
create function sessions_at_work(sessions uuid[], moment timestamptz)
returns table (session_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id
  from device_session s join person p on p.id = s.person_id
  where s.id = any(sessions) and s.ended_at is null and s.expires_at > moment
    and p.disabled_at is null and p.erased_at is null
$$
-- next
create function organizations_after(last uuid, most integer)
returns table (organization_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.organization_id from organization o
  where o.organization_id > last and o.deleted_at is null order by o.organization_id limit most
$$
-- next
alter table organization enable row level security
-- next
create policy tenant on organization for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
create policy own on organization for select to pactoria_app using (exists (select 1 from membership m where m.organization_id = organization.organization_id and m.person_id = (select nullif(current_setting('app.person', true), '')::uuid)))
-- next
alter table person enable row level security
-- next
create policy shown on person for select to pactoria_app using (id = (select nullif(current_setting('app.person', true), '')::uuid) or (select current_setting('app.sign_in', true)) = 'on' or exists (select 1 from membership m where m.person_id = person.id and m.organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)))
-- next
create policy made on person for insert to pactoria_app with check (id = (select nullif(current_setting('app.person', true), '')::uuid) or (select current_setting('app.sign_in', true)) = 'on')
-- next
create policy changed on person for update to pactoria_app using (id = (select nullif(current_setting('app.person', true), '')::uuid) or (select current_setting('app.sign_in', true)) = 'on') with check (id = (select nullif(current_setting('app.person', true), '')::uuid) or (select current_setting('app.sign_in', true)) = 'on')
-- next
create policy removed on person for delete to pactoria_app using ((select current_setting('app.sign_in', true)) = 'on')
-- next
alter table sign_in_attempts enable row level security
-- next
create policy person on sign_in_attempts for all to pactoria_app using ((select current_setting('app.sign_in', true)) = 'on') with check ((select current_setting('app.sign_in', true)) = 'on')
-- next
alter table applied_operation enable row level security
-- next
create policy tenant on applied_operation for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table audit_entry enable row level security
-- next
create policy tenant on audit_entry for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table audit_head enable row level security
-- next
create policy tenant on audit_head for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table authorization_code enable row level security
-- next
create policy person on authorization_code for all to pactoria_app using ((select current_setting('app.sign_in', true)) = 'on') with check ((select current_setting('app.sign_in', true)) = 'on')
-- next
alter table contract_share enable row level security
-- next
create policy tenant on contract_share for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table departure enable row level security
-- next
create policy tenant on departure for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table device_grant enable row level security
-- next
create policy person on device_grant for all to pactoria_app using ((select current_setting('app.sign_in', true)) = 'on') with check ((select current_setting('app.sign_in', true)) = 'on')
-- next
alter table device_session enable row level security
-- next
create policy person on device_session for all to pactoria_app using (person_id = (select nullif(current_setting('app.person', true), '')::uuid) or (select current_setting('app.sign_in', true)) = 'on') with check (person_id = (select nullif(current_setting('app.person', true), '')::uuid) or (select current_setting('app.sign_in', true)) = 'on')
-- next
alter table invitation enable row level security
-- next
create policy tenant on invitation for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
create policy first on invitation for all to pactoria_app using (organization_id is null and (select current_setting('app.sign_in', true)) = 'on') with check (organization_id is null and (select current_setting('app.sign_in', true)) = 'on')
-- next
alter table mail_token enable row level security
-- next
create policy person on mail_token for all to pactoria_app using ((select current_setting('app.sign_in', true)) = 'on') with check ((select current_setting('app.sign_in', true)) = 'on')
-- next
alter table membership enable row level security
-- next
create policy tenant on membership for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
create policy own on membership for select to pactoria_app using (person_id = (select nullif(current_setting('app.person', true), '')::uuid))
-- next
alter table organization_key enable row level security
-- next
create policy tenant on organization_key for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table record enable row level security
-- next
create policy tenant on record for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table stored_file enable row level security
-- next
create policy tenant on stored_file for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table sync_scope enable row level security
-- next
create policy tenant on sync_scope for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table text_document enable row level security
-- next
create policy tenant on text_document for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table text_peer enable row level security
-- next
create policy tenant on text_peer for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table access_token enable row level security
-- next
create policy person on access_token for all to pactoria_app using ((select current_setting('app.sign_in', true)) = 'on') with check ((select current_setting('app.sign_in', true)) = 'on')
-- next
alter table file_holder enable row level security
-- next
create policy tenant on file_holder for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table refresh_token enable row level security
-- next
create policy person on refresh_token for all to pactoria_app using ((select current_setting('app.sign_in', true)) = 'on') with check ((select current_setting('app.sign_in', true)) = 'on')
-- next
alter table text_snapshot enable row level security
-- next
create policy tenant on text_snapshot for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
alter table text_update enable row level security
-- next
create policy tenant on text_update for all to pactoria_app using (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)) with check (organization_id = (select nullif(current_setting('app.organization', true), '')::uuid))
-- next
grant usage on schema public to pactoria_app
-- next
grant select, insert, update, delete on organization to pactoria_app
-- next
grant select, insert, update, delete on person to pactoria_app
-- next
grant select on platform_fact to pactoria_app
-- next
grant select, insert, update, delete on sign_in_attempts to pactoria_app
-- next
grant select, insert, update, delete on applied_operation to pactoria_app
-- next
grant select, insert, update, delete on audit_entry to pactoria_app
-- next
grant select, insert, update, delete on audit_head to pactoria_app
-- next
grant select, insert, update, delete on authorization_code to pactoria_app
-- next
grant select, insert, update, delete on contract_share to pactoria_app
-- next
grant select, insert, update, delete on departure to pactoria_app
-- next
grant select, insert, update, delete on device_grant to pactoria_app
-- next
grant select, insert, update, delete on device_session to pactoria_app
-- next
grant select, insert, update, delete on invitation to pactoria_app
-- next
grant select, insert, update, delete on mail_token to pactoria_app
-- next
grant select, insert, update, delete on membership to pactoria_app
-- next
grant select, insert, update, delete on organization_key to pactoria_app
-- next
grant select, insert, update, delete on record to pactoria_app
-- next
grant select, insert, update, delete on stored_file to pactoria_app
-- next
grant select, insert, update, delete on sync_scope to pactoria_app
-- next
grant select, insert, update, delete on text_document to pactoria_app
-- next
grant select, insert, update, delete on text_peer to pactoria_app
-- next
grant select, insert, update, delete on access_token to pactoria_app
-- next
grant select, insert, update, delete on file_holder to pactoria_app
-- next
grant select, insert, update, delete on refresh_token to pactoria_app
-- next
grant select, insert, update, delete on text_snapshot to pactoria_app
-- next
grant select, insert, update, delete on text_update to pactoria_app
-- next
grant select on alembic_version to pactoria_app
-- next
revoke all on function known_by_token(bytea, timestamptz, uuid) from public
-- next
grant execute on function known_by_token(bytea, timestamptz, uuid) to pactoria_app
-- next
revoke all on function invitation_by_token(bytea) from public
-- next
grant execute on function invitation_by_token(bytea) to pactoria_app
-- next
revoke all on function erase_person(uuid, timestamptz) from public
-- next
grant execute on function erase_person(uuid, timestamptz) to pactoria_app
-- next
revoke all on function sessions_at_work(uuid[], timestamptz) from public
-- next
grant execute on function sessions_at_work(uuid[], timestamptz) to pactoria_app
-- next
revoke all on function organizations_after(uuid, integer) from public
-- next
grant execute on function organizations_after(uuid, integer) to pactoria_app
