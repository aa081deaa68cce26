export const USAGE = `jpki: 運用コマンド / commands for operators

使い方 / usage: npm run jpki -- COMMAND

  config check
      設定を検査し、問題をすべて表示します。
      Reads the settings from the environment and lists every problem.

  migrate
      データベースを最新のスキーマにし、ログインに権限を与えます（DATABASE_ADMIN_URL を使用）。
      Brings the schema up to date and makes the login's grants (as DATABASE_ADMIN_URL).

  tenants create NAME [--role verifier|service-provider]
          [--authority accreditation|contract --authority-reference TEXT
           --authority-from YYYY-MM-DD [--authority-to YYYY-MM-DD]] [--json]
      テナントを作ります。 / Makes a tenant.

  tenants policy NAME --set KEY=VALUE [--set KEY=VALUE ...] [--json]
      テナントの方針を変えます（例: --set challengeRequired=false）。
      Changes a tenant's policy.

  clients create --tenant NAME --scopes SCOPE[,SCOPE...] [--name TEXT] [--json]
      クライアントを作り、APIキーを一度だけ表示します。
      Makes a client and shows its API key, this once.

  judge < CASES.ndjson > VERDICTS.ndjson
      標準入力の案件（1行に1件のJSON）を判定し、1行に1件ずつ結果を出します。データベースも設定も要りません。
      Judges the cases on standard input, one JSON object a line, one verdict a line; needs no database, no settings.

  help
      この説明 / this text

--json: 標準出力にはJSONだけを出します（ログは標準エラー）。 / standard output holds JSON only; logs go to standard error.
終了コード / exit codes: 0 成功 done, 1 失敗 failed, 2 使い方の誤り wrong usage
`;
