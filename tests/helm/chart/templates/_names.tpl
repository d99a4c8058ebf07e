{{- define "labels" -}}
app: {{ .Chart.Name }}
release: {{ .Release.Name }}
{{- end }}

{{- /* What a value of the chart's Secret is: the one that is there already, else one that nobody knows. */}}
{{- define "kept" -}}
{{- $root := index . 0 }}{{ $key := index . 1 }}
{{- $there := lookup "v1" "Secret" $root.Release.Namespace "hub" }}
{{- if and $there (hasKey $there.data $key) }}{{ index $there.data $key | b64dec }}{{ else }}{{ randAlphaNum 64 | sha256sum }}{{ end }}
{{- end }}
