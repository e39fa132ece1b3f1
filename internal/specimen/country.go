package specimen

// country is how a state calls itself on its documents.
type country struct {
	name string // in capitals
	sign string // distinguishing sign in the flag of a licence
}

// zoneCode is a country's code in a machine readable zone; Germany alone has its own (ICAO Doc 9303-3, section 5).
func zoneCode(code string) string {
	if code == "DEU" {
		return "D"
	}
	return code
}

// countryOf knows some states by name; others are printed by their code.
func countryOf(code string) country {
	known := map[string]country{
		"UTO": {"UTOPIA", "UTO"}, "AUT": {"AUSTRIA", "A"}, "BEL": {"BELGIUM", "B"}, "BGR": {"BULGARIA", "BG"},
		"HRV": {"CROATIA", "HR"}, "CYP": {"CYPRUS", "CY"}, "CZE": {"CZECHIA", "CZ"}, "DNK": {"DENMARK", "DK"},
		"EST": {"ESTONIA", "EST"}, "FIN": {"FINLAND", "FIN"}, "FRA": {"FRANCE", "F"}, "DEU": {"GERMANY", "D"},
		"D": {"GERMANY", "D"}, "GRC": {"GREECE", "GR"}, "HUN": {"HUNGARY", "H"}, "IRL": {"IRELAND", "IRL"},
		"ITA": {"ITALY", "I"}, "LVA": {"LATVIA", "LV"}, "LTU": {"LITHUANIA", "LT"}, "LUX": {"LUXEMBOURG", "L"},
		"MLT": {"MALTA", "M"}, "NLD": {"NETHERLANDS", "NL"}, "NOR": {"NORWAY", "N"}, "POL": {"POLAND", "PL"},
		"PRT": {"PORTUGAL", "P"}, "ROU": {"ROMANIA", "RO"}, "SVK": {"SLOVAKIA", "SK"}, "SVN": {"SLOVENIA", "SLO"},
		"ESP": {"SPAIN", "E"}, "SWE": {"SWEDEN", "S"}, "CHE": {"SWITZERLAND", "CH"}, "GBR": {"UNITED KINGDOM", "UK"},
		"USA": {"UNITED STATES", "USA"}, "CAN": {"CANADA", "CDN"}, "AUS": {"AUSTRALIA", "AUS"}, "JPN": {"JAPAN", "J"},
	}
	if c, ok := known[code]; ok {
		return c
	}
	return country{name: code, sign: code}
}
