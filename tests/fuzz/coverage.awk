# Sums up `gcovr --csv` by the folders of lib/, and by goals: of the modules that read what others send, 85 % is wanted.
BEGIN {
	FS = ","
	goal["context"] = "^lib/context/"
	goal["config's parsers"] = "^lib/config/(param|paramcheck|valid|edits|settings|resolve|original|review)[.]"
	goal["net"] = "^lib/net/"
	goal["docker's answers"] = "^lib/docker/(engine|docker|pull|logs|systemd)[.]"
	goal["onegate's answers"] = "^lib/onegate/(onegate|exchange|attribute|endpoint)[.]"
	wanted = 0.85
}

function add(name)
{
	lines[name] += $2
	reached[name] += $3
}

/^lib\// {
	split($1, part, "/")
	add("  lib/" part[2])
	add(" all of lib/")
	for (name in goal)
		if ($1 ~ goal[name])
			add(name)
}

END {
	for (name in lines) {
		printf "%-18s %5d of %5d lines %6.1f %%\n", name, reached[name], lines[name], 100 * reached[name] / lines[name] | "LC_ALL=C sort"
		missed += name in goal && reached[name] < wanted * lines[name]
	}
	exit missed > 0
}
