package sandbox

// The objects of the API with their exact key sets (Onfido contract section 1, "Object shapes"). A pointer is a
// field that is null until set; no field is ever left out, except where said.

type applicant struct {
	ID          string     `json:"id"`
	CreatedAt   string     `json:"created_at"`
	DeleteAt    *string    `json:"delete_at"`
	Href        string     `json:"href"`
	Sandbox     bool       `json:"sandbox"`
	FirstName   string     `json:"first_name"`
	LastName    string     `json:"last_name"`
	Email       *string    `json:"email"`
	DOB         *string    `json:"dob"`
	IDNumbers   []idNumber `json:"id_numbers"`
	PhoneNumber *string    `json:"phone_number"`
	Address     *address   `json:"address"`
	Location    *location  `json:"location"`
}

type idNumber struct {
	Type      string  `json:"type"`
	Value     string  `json:"value"`
	StateCode *string `json:"state_code"`
}

type address struct {
	FlatNumber     *string `json:"flat_number"`
	BuildingNumber *string `json:"building_number"`
	BuildingName   *string `json:"building_name"`
	Street         *string `json:"street"`
	SubStreet      *string `json:"sub_street"`
	Town           *string `json:"town"`
	State          *string `json:"state"`
	Postcode       *string `json:"postcode"`
	Country        *string `json:"country"`
	Line1          *string `json:"line1"`
	Line2          *string `json:"line2"`
	Line3          *string `json:"line3"`
}

type location struct {
	IPAddress          *string `json:"ip_address"`
	CountryOfResidence *string `json:"country_of_residence"`
}

type consent struct {
	Name      string  `json:"name"`
	Granted   bool    `json:"granted"`
	GrantedAt *string `json:"granted_at"`
}

type document struct {
	ID             string  `json:"id"`
	CreatedAt      string  `json:"created_at"`
	Href           string  `json:"href"`
	DownloadHref   string  `json:"download_href"`
	ApplicantID    string  `json:"applicant_id"`
	FileName       string  `json:"file_name"`
	FileType       string  `json:"file_type"` // an extension, unlike that of media
	FileSize       int64   `json:"file_size"`
	Type           string  `json:"type"`
	Side           *string `json:"side"`
	IssuingCountry *string `json:"issuing_country"`
}

// media is a live photo, an ID photo, a live video or a motion capture. Whose it is the wire does not say, only the table.
type media struct {
	ID           string `json:"id"`
	CreatedAt    string `json:"created_at"`
	Href         string `json:"href"`
	DownloadHref string `json:"download_href"`
	FileName     string `json:"file_name"`
	FileType     string `json:"file_type"` // a MIME type
	FileSize     int64  `json:"file_size"`
}

// liveVideo is a media with what only live videos have.
type liveVideo struct {
	media
	filming
}

type check struct {
	ID                             string   `json:"id"`
	CreatedAt                      string   `json:"created_at"`
	Href                           string   `json:"href"`
	ApplicantID                    string   `json:"applicant_id"`
	ApplicantProvidesData          bool     `json:"applicant_provides_data"`
	Sandbox                        bool     `json:"sandbox"`
	Status                         string   `json:"status"`
	Tags                           []string `json:"tags"`
	Result                         *string  `json:"result"`
	FormURI                        *string  `json:"form_uri"`
	RedirectURI                    *string  `json:"redirect_uri"`
	ResultsURI                     string   `json:"results_uri"`
	ReportIDs                      []string `json:"report_ids"`
	WebhookIDs                     []string `json:"webhook_ids"` // null when the request had none
	PrivacyNoticesReadConsentGiven *bool    `json:"privacy_notices_read_consent_given"`
	Paused                         bool     `json:"paused"`
	Version                        string   `json:"version"`
}

// ref is how a report names its documents and media.
type ref struct {
	ID string `json:"id"`
}

type reportBody struct {
	ID         string  `json:"id"`
	CreatedAt  string  `json:"created_at"`
	Href       string  `json:"href"`
	Name       string  `json:"name"`
	Status     string  `json:"status"`
	Result     *string `json:"result"`
	SubResult  *string `json:"sub_result"`
	CheckID    string  `json:"check_id"`
	Documents  []ref   `json:"documents"` // on every report, empty where none was used
	Breakdown  any     `json:"breakdown"`
	Properties any     `json:"properties"`
}

// faceReport is a facial similarity report, with the media it compared.
type faceReport struct {
	reportBody
	faces
}

// faces is what facial similarity reports have besides; all other reports lack the keys.
type faces struct {
	LivePhotos     []ref `json:"live_photos"`
	LiveVideos     []ref `json:"live_videos"`
	MotionCaptures []ref `json:"motion_captures"`
	IDPhotos       []ref `json:"id_photos"`
}

type webhook struct {
	ID                      string   `json:"id"`
	URL                     string   `json:"url"`
	Name                    *string  `json:"name"`
	Enabled                 bool     `json:"enabled"`
	Events                  []string `json:"events"`
	Environments            []string `json:"environments"`
	Token                   string   `json:"token"`
	Href                    string   `json:"href"`
	PayloadVersion          int      `json:"payload_version"`
	OAuthEnabled            bool     `json:"oauth_enabled"`
	OAuthServerURL          *string  `json:"oauth_server_url"`
	OAuthServerClientID     *string  `json:"oauth_server_client_id"`
	OAuthServerClientSecret *string  `json:"oauth_server_client_secret"`
	OAuthServerScope        *string  `json:"oauth_server_scope"`
}
