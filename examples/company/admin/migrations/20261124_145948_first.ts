import { MigrateUpArgs, MigrateDownArgs, sql } from '@payloadcms/db-postgres'

export async function up({ db, payload, req }: MigrateUpArgs): Promise<void> {
  await db.execute(sql`
   CREATE TYPE "admin"."enum_users_roles" AS ENUM('admin', 'editor');
  CREATE TABLE "admin"."sso_sessions" (
  	"id" serial PRIMARY KEY NOT NULL,
  	"user_id" integer NOT NULL,
  	"sid" varchar,
  	"id_token" varchar NOT NULL,
  	"ends_at" timestamp(3) with time zone NOT NULL,
  	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
  	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
  );
  
  CREATE TABLE "admin"."posts" (
  	"id" serial PRIMARY KEY NOT NULL,
  	"title" varchar NOT NULL,
  	"body" varchar,
  	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
  	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
  );
  
  CREATE TABLE "admin"."users_roles" (
  	"order" integer NOT NULL,
  	"parent_id" integer NOT NULL,
  	"value" "admin"."enum_users_roles",
  	"id" serial PRIMARY KEY NOT NULL
  );
  
  CREATE TABLE "admin"."users" (
  	"id" serial PRIMARY KEY NOT NULL,
  	"sub" varchar NOT NULL,
  	"email" varchar,
  	"name" varchar,
  	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
  	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
  );
  
  CREATE TABLE "admin"."payload_kv" (
  	"id" serial PRIMARY KEY NOT NULL,
  	"key" varchar NOT NULL,
  	"data" jsonb NOT NULL
  );
  
  CREATE TABLE "admin"."payload_locked_documents" (
  	"id" serial PRIMARY KEY NOT NULL,
  	"global_slug" varchar,
  	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
  	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
  );
  
  CREATE TABLE "admin"."payload_locked_documents_rels" (
  	"id" serial PRIMARY KEY NOT NULL,
  	"order" integer,
  	"parent_id" integer NOT NULL,
  	"path" varchar NOT NULL,
  	"sso_sessions_id" integer,
  	"posts_id" integer,
  	"users_id" integer
  );
  
  CREATE TABLE "admin"."payload_preferences" (
  	"id" serial PRIMARY KEY NOT NULL,
  	"key" varchar,
  	"value" jsonb,
  	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
  	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
  );
  
  CREATE TABLE "admin"."payload_preferences_rels" (
  	"id" serial PRIMARY KEY NOT NULL,
  	"order" integer,
  	"parent_id" integer NOT NULL,
  	"path" varchar NOT NULL,
  	"users_id" integer
  );
  
  CREATE TABLE "admin"."payload_migrations" (
  	"id" serial PRIMARY KEY NOT NULL,
  	"name" varchar,
  	"batch" numeric,
  	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
  	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
  );
  
  ALTER TABLE "admin"."sso_sessions" ADD CONSTRAINT "sso_sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "admin"."users"("id") ON DELETE set null ON UPDATE no action;
  ALTER TABLE "admin"."users_roles" ADD CONSTRAINT "users_roles_parent_fk" FOREIGN KEY ("parent_id") REFERENCES "admin"."users"("id") ON DELETE cascade ON UPDATE no action;
  ALTER TABLE "admin"."payload_locked_documents_rels" ADD CONSTRAINT "payload_locked_documents_rels_parent_fk" FOREIGN KEY ("parent_id") REFERENCES "admin"."payload_locked_documents"("id") ON DELETE cascade ON UPDATE no action;
  ALTER TABLE "admin"."payload_locked_documents_rels" ADD CONSTRAINT "payload_locked_documents_rels_sso_sessions_fk" FOREIGN KEY ("sso_sessions_id") REFERENCES "admin"."sso_sessions"("id") ON DELETE cascade ON UPDATE no action;
  ALTER TABLE "admin"."payload_locked_documents_rels" ADD CONSTRAINT "payload_locked_documents_rels_posts_fk" FOREIGN KEY ("posts_id") REFERENCES "admin"."posts"("id") ON DELETE cascade ON UPDATE no action;
  ALTER TABLE "admin"."payload_locked_documents_rels" ADD CONSTRAINT "payload_locked_documents_rels_users_fk" FOREIGN KEY ("users_id") REFERENCES "admin"."users"("id") ON DELETE cascade ON UPDATE no action;
  ALTER TABLE "admin"."payload_preferences_rels" ADD CONSTRAINT "payload_preferences_rels_parent_fk" FOREIGN KEY ("parent_id") REFERENCES "admin"."payload_preferences"("id") ON DELETE cascade ON UPDATE no action;
  ALTER TABLE "admin"."payload_preferences_rels" ADD CONSTRAINT "payload_preferences_rels_users_fk" FOREIGN KEY ("users_id") REFERENCES "admin"."users"("id") ON DELETE cascade ON UPDATE no action;
  CREATE INDEX "sso_sessions_user_idx" ON "admin"."sso_sessions" USING btree ("user_id");
  CREATE INDEX "sso_sessions_sid_idx" ON "admin"."sso_sessions" USING btree ("sid");
  CREATE INDEX "sso_sessions_ends_at_idx" ON "admin"."sso_sessions" USING btree ("ends_at");
  CREATE INDEX "sso_sessions_updated_at_idx" ON "admin"."sso_sessions" USING btree ("updated_at");
  CREATE INDEX "sso_sessions_created_at_idx" ON "admin"."sso_sessions" USING btree ("created_at");
  CREATE INDEX "posts_updated_at_idx" ON "admin"."posts" USING btree ("updated_at");
  CREATE INDEX "posts_created_at_idx" ON "admin"."posts" USING btree ("created_at");
  CREATE INDEX "users_roles_order_idx" ON "admin"."users_roles" USING btree ("order");
  CREATE INDEX "users_roles_parent_idx" ON "admin"."users_roles" USING btree ("parent_id");
  CREATE UNIQUE INDEX "users_sub_idx" ON "admin"."users" USING btree ("sub");
  CREATE INDEX "users_updated_at_idx" ON "admin"."users" USING btree ("updated_at");
  CREATE INDEX "users_created_at_idx" ON "admin"."users" USING btree ("created_at");
  CREATE UNIQUE INDEX "payload_kv_key_idx" ON "admin"."payload_kv" USING btree ("key");
  CREATE INDEX "payload_locked_documents_global_slug_idx" ON "admin"."payload_locked_documents" USING btree ("global_slug");
  CREATE INDEX "payload_locked_documents_updated_at_idx" ON "admin"."payload_locked_documents" USING btree ("updated_at");
  CREATE INDEX "payload_locked_documents_created_at_idx" ON "admin"."payload_locked_documents" USING btree ("created_at");
  CREATE INDEX "payload_locked_documents_rels_order_idx" ON "admin"."payload_locked_documents_rels" USING btree ("order");
  CREATE INDEX "payload_locked_documents_rels_parent_idx" ON "admin"."payload_locked_documents_rels" USING btree ("parent_id");
  CREATE INDEX "payload_locked_documents_rels_path_idx" ON "admin"."payload_locked_documents_rels" USING btree ("path");
  CREATE INDEX "payload_locked_documents_rels_sso_sessions_id_idx" ON "admin"."payload_locked_documents_rels" USING btree ("sso_sessions_id");
  CREATE INDEX "payload_locked_documents_rels_posts_id_idx" ON "admin"."payload_locked_documents_rels" USING btree ("posts_id");
  CREATE INDEX "payload_locked_documents_rels_users_id_idx" ON "admin"."payload_locked_documents_rels" USING btree ("users_id");
  CREATE INDEX "payload_preferences_key_idx" ON "admin"."payload_preferences" USING btree ("key");
  CREATE INDEX "payload_preferences_updated_at_idx" ON "admin"."payload_preferences" USING btree ("updated_at");
  CREATE INDEX "payload_preferences_created_at_idx" ON "admin"."payload_preferences" USING btree ("created_at");
  CREATE INDEX "payload_preferences_rels_order_idx" ON "admin"."payload_preferences_rels" USING btree ("order");
  CREATE INDEX "payload_preferences_rels_parent_idx" ON "admin"."payload_preferences_rels" USING btree ("parent_id");
  CREATE INDEX "payload_preferences_rels_path_idx" ON "admin"."payload_preferences_rels" USING btree ("path");
  CREATE INDEX "payload_preferences_rels_users_id_idx" ON "admin"."payload_preferences_rels" USING btree ("users_id");
  CREATE INDEX "payload_migrations_updated_at_idx" ON "admin"."payload_migrations" USING btree ("updated_at");
  CREATE INDEX "payload_migrations_created_at_idx" ON "admin"."payload_migrations" USING btree ("created_at");`)
}

export async function down({ db, payload, req }: MigrateDownArgs): Promise<void> {
  await db.execute(sql`
   DROP TABLE "admin"."sso_sessions" CASCADE;
  DROP TABLE "admin"."posts" CASCADE;
  DROP TABLE "admin"."users_roles" CASCADE;
  DROP TABLE "admin"."users" CASCADE;
  DROP TABLE "admin"."payload_kv" CASCADE;
  DROP TABLE "admin"."payload_locked_documents" CASCADE;
  DROP TABLE "admin"."payload_locked_documents_rels" CASCADE;
  DROP TABLE "admin"."payload_preferences" CASCADE;
  DROP TABLE "admin"."payload_preferences_rels" CASCADE;
  DROP TABLE "admin"."payload_migrations" CASCADE;
  DROP TYPE "admin"."enum_users_roles";`)
}
