<?php
// SPDX-License-Identifier: MIT
// A page of a small shop: ten rows of the database, and some work.
$db = new mysqli('localhost', 'www-data', '', 'trial');
for ($i = 0; $i < 10; $i++) {
	$row = $db->query('SELECT value FROM t WHERE id = ' . random_int(1, 400000))->fetch_row();
	echo md5($row[0]), "\n";
}
