# Sums up `gcovr --csv` by the folders of lib/, and by what is to read the bytes of strangers: there 85 % are wanted.
BEGIN {
	FS = ","
	goal["context"] = "^lib/context/"
	goal["config's parsers"] = "^lib/config/(param|paramcheck|valid|edits|settings|resolve|original|review)[.]"
	goal["net"] = "^lib/net/"
	goal["docker's answers"] = "^lib/docker/(engine|docker|pull|logs|systemd)[.]"
	goal["onegate's answers"] = "^lib/onegate/(onegate|exchange|attribute|refusal|endpoint)[.]"
}

function add(name)
{
	lines[name] += $2
	reached[name] += $3
}

function show(name)
{
	printf "%-18s %6d of %6d lines  %5.1f %%\n", name, reached[name], lines[name], 100 * reached[name] / lines[name]
}

/^lib\// {
	split($1, part, "/")
	if (!((part[2]) in lines))
		folder[++folders] = part[2]
	add(part[2])
	add("lib")
	for (name in goal)
		if ($1 ~ goal[name])
			add("goal: " name)
}

END {
	for (i = 1; i <= folders; i++)
		show(folder[i])
	show("lib")
	for (name in goal) {
		show("goal: " name)
		missed += reached["goal: " name] < 0.85 * lines["goal: " name]
	}
	exit missed > 0
}
