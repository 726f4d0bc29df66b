{{/*
Fails where the cluster has another patcher. Stacks are of the whole cluster, and a lease is of one namespace: two patchers in two
namespaces would both lead, and act on all Stacks. Where nothing is asked of a cluster, as by `helm template`, nothing is found.
*/}}
{{- define "dropstack.requireOnlyPatcher" -}}
{{- $root := . -}}
{{- range (lookup "rbac.authorization.k8s.io/v1" "ClusterRoleBinding" "" "").items -}}
{{- $labels := default dict .metadata.labels -}}
{{- $annotations := default dict .metadata.annotations -}}
{{- $isOfChart := and (eq (get $labels "app.kubernetes.io/component") "patcher") (hasPrefix "dropstack-" (get $labels "helm.sh/chart")) -}}
{{- $isOurs := and (eq (get $annotations "meta.helm.sh/release-name") $root.Release.Name) (eq (get $annotations "meta.helm.sh/release-namespace") $root.Release.Namespace) -}}
{{- if and (or $isOfChart (eq .metadata.name "dropstack-patcher")) (not $isOurs) -}}
{{- fail (printf "this cluster has a patcher already, the service account %s of the namespace %s: two would both act on all Stacks. Set patcher.enabled to false here, or take the other one away first" (first .subjects).name (first .subjects).namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
