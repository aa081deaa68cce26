export const USAGE = `jpki: 運用コマンド / commands for operators

使い方 / usage: npm run jpki -- COMMAND

  config check
      設定を検査し、問題をすべて表示します。
      Reads the settings from the environment and lists every problem.

  migrate
      データベースを最新のスキーマにし、ログインに権限を与えます（DATABASE_ADMIN_URL を使用）。
      Brings the schema up to date and makes the login's grants (as DATABASE_ADMIN_URL).

  tenants create NAME [--role verifier|service-provider|operator]
          [--authority accreditation|contract --authority-reference TEXT
           --authority-from YYYY-MM-DD [--authority-to YYYY-MM-DD]] [--json]
      テナントを作ります。operator は運用者のテナントで、/admin で全テナントを管理します。
      Makes a tenant. The clients of an operator's administer every tenant through /admin.

  tenants list [--json]
      テナントの一覧 / All tenants.

  tenants policy NAME [--set KEY=VALUE ...] [--json]
      テナントの方針を表示し、変えます（例: --set challengeRequired=false）。
      Shows a tenant's policy, and changes it.

  tenants suspend NAME | tenants resume NAME [--json]
      テナントを停止・再開します。 / Nobody may call for a suspended tenant.

  clients create --tenant NAME --scopes SCOPE[,SCOPE...] [--name TEXT] [--expires INSTANT]
          [--external-id ID] [--certificate FILE|SHA256] [--no-key] [--json]
      クライアントを作り、APIキーを一度だけ表示します。
      Makes a client and shows its API key, this once.

  clients list --tenant NAME [--json]
      クライアントの一覧（最終利用時刻を含む） / The tenant's clients, with their last use.

  clients change ID --tenant NAME [--scopes ...] [--name ...] [--expires ...] [--external-id ...] [--certificate ...] [--json]
      クライアントを変えます（none で取り消し）。 / Changes what is named; "none" takes it away.

  clients rotate ID --tenant NAME [--overlap SECONDS] [--json]
      新しいAPIキーを作ります。前のキーは重複期間（既定24時間）の後に無効になります。
      Makes a new API key; the one before it ends after the overlap (24 hours unless given).

  clients revoke ID --tenant NAME [--json]
      クライアントを失効させます。 / Ends a client for good.

  audit verify [--against SEALS] [--timestamps FILE] [--trust FILE ...] [--without-vault] [--json]
      監査証跡をタイムスタンプとともにすべて検証し、壊れている箇所を示します（DATABASE_ADMIN_URL を使用）。壊れていれば
      終了コードは1です。SEALS と --timestamps は外部に保管した封印とタイムスタンプ、--trust は外部に保管した公開鍵
      （GET /jpki/audit-seals のJSON）と時刻認証局の証明書です。
      Verifies the whole audit trail with its timestamps and says where it breaks (as DATABASE_ADMIN_URL); exit code 1 when it
      does. Against seals and timestamps held outside it finds a database that was rolled back; with --trust (the JSON of
      GET /jpki/audit-seals, and certificates of time stamping authorities) one whose keys were replaced with all they signed.

  audit proof LINE
      監査証跡の1行の包含証明をJSONで表示します。 / Shows a line with the proof that it was sealed, as JSON.

  audit seals export --to FILE [--json]
      すべての封印をファイルに書き出します。 / Writes every seal to a file, one a line.

  audit timestamps export --to FILE [--json]
      封印のタイムスタンプをすべてファイルに書き出します。 / Writes every timestamp of the seals to a file, one a line.

  audit timestamps prove PACKAGE --to FILE [--json]
      古い証拠一式のための、今のタイムスタンプの連鎖を書き出します（evidence verify --timestamps）。
      Writes what renews the timestamps of an older evidence package: evidence verify takes it as --timestamps.

  retention run [--dry-run] [--json]
      保存期間を過ぎた記録をすべてのテナントで削除します（--dry-run は件数の表示のみ）。
      Deletes what is past its term, of every tenant; --dry-run only counts it. The service does so every hour.

  evidence verify FILE [--anchor FILE|SHA256 ...] [--trust FILE ...] [--timestamps FILE]
          [--algorithm-ends ALGORITHM=YYYY-MM-DD,...] [--json]
      証拠一式をあらためて判定します。ネットワークもデータベースも設定も要りません。信頼するのは、トラストアンカーは
      JPKIのルートか --anchor のもの、封印の鍵とタイムスタンプは --trust のもの（GET /jpki/audit-seals のJSON、時刻認証局
      またはそのルートの証明書）だけです。終了コード: 0 同じ判定で、出所も確か、1 改ざんまたは異なる判定、3 矛盾はないが
      出所は未確認、4 は0と同じだがタイムスタンプの効力切れ。
      Judges an evidence package again, offline. A trust anchor is believed if it is a JPKI root or given by --anchor; a seal
      key and a time stamp only if given by --trust (the JSON of GET /jpki/audit-seals; the certificate of the time stamping
      authority or its root). --timestamps renews those of an older package (audit timestamps prove). Exit codes: 0 the same
      verdict, of proven origin; 1 altered, or another verdict; 3 consistent in itself, origin not proven; 4 as 0, but a time
      stamp lapsed.

  keys rotate [--tenant NAME] [--purpose attributes|serial|evidence|report|idempotency] [--detach] [--json]
      データ鍵の新しい版を作ります。全レプリカが読み込んだ後（KEY_CACHE_SECONDS と1分の後）から使われます。
      A new version of the data keys; it seals once every replica has read it (KEY_CACHE_SECONDS and a minute later).

  keys rotate-hash-key --purpose api-key|serial-match|serial-number-mac|lookup [--detach] [--json]
      検索用の鍵付きハッシュの新しい鍵を作り、登録済みのハッシュを順に移します。
      A new key of the keyed hashes, which leads at once; what is stored is moved to it, and is found by either meanwhile.

  keys retire-hash-key --purpose api-key|serial-match|serial-number-mac|lookup [--anyway] [--json]
      前のハッシュ鍵を廃棄します。以後使えなくなるAPIキーがあれば、その一覧を示して何もしません。
      Forgets the former key; where something would be found no longer, tells what and does nothing.

  keys status [--json]
      鍵の更新の進み具合を表示します。 / How far the rotations are, and API keys not used since theirs began.

  keys rotate-seal-key [--json]
      監査証跡の封印に署名する新しい鍵を作ります。 / A new key that signs the seals of the audit trail.

  keys reencrypt [--tenant NAME] [--detach] [--json]
      古い版で暗号化された項目を今の版で暗号化し直します。中断しても続きから再開できます。
      Seals every field under the version of now, in batches; run it again when it was cut short.

  keys add [--json]
      鍵ファイルに新しい鍵暗号化鍵を加えます。 / Adds a key-encryption key to the key file, which wraps from then on.

  keys rewrap [--tenant NAME] [--detach] [--json]
      すべてのデータ鍵を今の鍵暗号化鍵（KEY_PROVIDER）で包み直します。中断しても続きから再開できます。
      Wraps every data key under the key-encryption key of now; run it again when it was cut short. The commands of
      keys work as DATABASE_ADMIN_URL while the service runs; exit code 1 when something did not open.

  judge < CASES.ndjson > VERDICTS.ndjson
      標準入力の案件（1行に1件のJSON）を判定し、1行に1件ずつ結果を出します。データベースも設定も要りません。
      Judges the cases on standard input, one JSON object a line, one verdict a line; needs no database, no settings.

  help
      この説明 / this text

--detach: 作業は稼働中のレプリカに任せます（keys status で進み具合）。 / leaves the work to the replicas; see keys status.
--json: 標準出力にはJSONだけを出します（ログは標準エラー）。 / standard output holds JSON only; logs go to standard error.
終了コード / exit codes: 0 成功 done, 1 失敗 failed, 2 使い方の誤り wrong usage
`;
