{{- define "dropstack.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* The facade's name; the patcher's has -patcher behind it. */}}
{{- define "dropstack.fullname" -}}
{{- $name := include "dropstack.name" . -}}
{{- $default := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- default $default .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* Of a component: (list . "facade") */}}
{{- define "dropstack.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "dropstack.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "dropstack.labels" -}}
{{- $root := index . 0 -}}
{{ include "dropstack.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "dropstack.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}
{{- else -}}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* "true", where there is no store but a directory; else empty. */}}
{{- define "dropstack.onDirectory" -}}
{{- if not (dig "store" "s3" "" .Values.config) }}true{{ end -}}
{{- end -}}

{{- define "dropstack.scheme" -}}
{{- ternary "https" "http" (ne .Values.facade.tls.secret "") -}}
{{- end -}}

{{- define "dropstack.servicePort" -}}
{{- default (ternary 443 80 (ne .Values.facade.tls.secret "")) .Values.facade.service.port -}}
{{- end -}}

{{/* dropstack's configuration: that of the values, and the places where the chart mounts what they name. */}}
{{- define "dropstack.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $facade := .Values.facade -}}
{{- $_ := set $config "listen" (printf "%s:8080" $facade.listenHost) -}}
{{- $_ := set $config "users" (printf "/etc/dropstack/users/%s" $facade.users.key) -}}
{{- if include "dropstack.onDirectory" . -}}
{{- $_ := set $config "data" "/data" -}}
{{- end -}}
{{- if $facade.grants.secret -}}
{{- $_ := set $config "grants" (printf "/etc/dropstack/grants/%s" $facade.grants.key) -}}
{{- end -}}
{{- if $facade.tls.secret -}}
{{- $_ := set $config "tlsCert" "/etc/dropstack/tls/tls.crt" -}}
{{- $_ := set $config "tlsKey" "/etc/dropstack/tls/tls.key" -}}
{{- end -}}
{{- if $config.cache -}}
{{- $_ := set $config.cache "directory" "/cache" -}}
{{- end -}}
{{- if and (.Values.rolls).fromDashboard (not (hasKey $config "kubernetes")) -}}
{{- $_ := set $config "kubernetes" (dict) -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* What no schema says in words that help. */}}
{{- define "dropstack.check" -}}
{{- $replicas := int .Values.facade.replicas -}}
{{- if and (gt $replicas 1) (include "dropstack.onDirectory" .) -}}
{{- fail (printf "facade.replicas is %d, but a volume belongs to one machine: give config.store.s3, or leave it at 1" $replicas) -}}
{{- end -}}
{{- if and (gt $replicas 1) (dig "store" "singleWriter" false .Values.config) -}}
{{- fail (printf "facade.replicas is %d, but only one may write to a store with singleWriter: leave it at 1" $replicas) -}}
{{- end -}}
{{- end -}}

{{/* Of every container: what the pod security level `restricted` asks for, and a root file system that nobody writes to. */}}
{{- define "dropstack.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "dropstack.podSecurity" -}}
runAsNonRoot: true
runAsUser: 2000
runAsGroup: 2000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* Where a pod may run: of the values of a component. */}}
{{- define "dropstack.placement" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* (list <policy's values> <port>) */}}
{{- define "dropstack.policy" -}}
{{- $policy := index . 0 -}}
policyTypes: [Ingress{{ if kindIs "slice" $policy.egress }}, Egress{{ end }}]
ingress:
  - ports: [{ protocol: TCP, port: {{ index . 1 }} }]
    {{- with $policy.from }}
    from: {{- toYaml . | nindent 6 }}
    {{- end }}
{{- if kindIs "slice" $policy.egress }}
egress: {{- toYaml $policy.egress | nindent 2 }}
{{- end }}
{{- end -}}
